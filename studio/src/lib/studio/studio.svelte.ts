/** The state of the studio: one photo, its controls, and what is made of them. The pages read and change it; it knows no page. */
import { listStyles } from '../api/styles';
import type { Format, Style } from '../api/types';
import { createCrop, type Crop } from './crop';
import { savePreferences, loadPreferences } from '../preferences/preferences';
import { createControls, METADATA_CHOICES, type Controls, type Output } from './controls';
import { closePhoto, openPhoto, type Photo } from './photo';
import { Preview } from './preview.svelte';
import { showProblem } from '../toasts/toasts.svelte';
import { savePreviewSeconds } from './preview-timing';
import { PhotoTray, type NewPhoto, type TrayItem } from './photo-tray.svelte';
import { UndoStack } from './undo-stack.svelte';
import { StylePreviews } from './style-previews.svelte';
import { FullSize } from './full-size.svelte';

export type StudioView = 'styles' | 'picture';
export type CompareMode = 'picture' | 'slider' | 'beside';
/** What the full-size picture is being made for. */
export type ExportAction = 'save' | 'copy' | 'link' | 'keep';
export const COMPARE_MODES: readonly CompareMode[] = ['picture', 'slider', 'beside'];

class Studio {
  styles = $state.raw<readonly Style[]>([]);
  stylesProblem = $state.raw<unknown>(null);
  stylesLoading = $state(true);

  photo = $state.raw<Photo | null>(null);
  opening = $state(false);
  photoProblem = $state.raw<unknown>(null);

  preferredStyle = $state('');
  view = $state<StudioView>('styles');
  compareMode = $state<CompareMode>(loadPreferences().compare ?? 'slider');
  /** While a key is held the stage shows the photo alone. */
  photoOnly = $state(false);
  /** The brush is in hand. */
  brushing = $state(false);
  brush = $state({ radius: 0.04, erase: false });

  /** Which part of the picture is exported. */
  crop = $state.raw<Crop>(createCrop('whole', { width: 1, height: 1 }));
  exporting = $state<ExportAction | null>(null);

  readonly controls = new UndoStack<Controls>(createControls(''));
  readonly output = $state<Output & { format: Format }>(loadOutput());
  readonly preview = new Preview();
  readonly tray = new PhotoTray();
  readonly stylePreviews = new StylePreviews((name, seconds) =>
    savePreviewSeconds(
      this.styles.find((style) => style.name === name),
      seconds,
    ),
  );
  readonly fullSize = new FullSize();

  #stylesRequest: Promise<void> | null = null;

  get style(): Style | null {
    return this.styles.find((style) => style.name === this.controls.now.style) ?? null;
  }

  /** The stage can show every pixel of what is asked for now. */
  get fullSizeIsShown(): boolean {
    return (
      this.photo !== null && this.fullSize.shownKey === FullSize.makeKey(this.photo, this.controls.now, this.output)
    );
  }

  get transferStyles(): readonly Style[] {
    return this.styles.filter((style) => style.kind === 'transfer');
  }

  /** Asks the server which styles there are. A photo that is here already is then shown in each. */
  loadStyles(): Promise<void> {
    this.#stylesRequest = this.#fetchStyles();
    return this.#stylesRequest;
  }

  /** Waits until it is known which styles there are, or why it is not: who is quicker than the server is not refused. */
  waitForStyles(): Promise<void> {
    return this.#stylesRequest ?? this.loadStyles();
  }

  async #fetchStyles(): Promise<void> {
    this.stylesLoading = true;
    this.stylesProblem = null;
    const unknown = this.styles.length === 0;
    try {
      this.styles = await listStyles();
      if (this.photo && unknown) this.#loadStylePreviews(this.photo);
      if (!this.style) this.controls.restart(createControls(this.transferStyles[0]?.name ?? ''));
    } catch (reason) {
      this.stylesProblem = reason;
    } finally {
      this.stylesLoading = false;
    }
  }

  /** Adds these photos to the tray and opens the first that can be read, with these controls where there are any. */
  async addPhotos(files: readonly NewPhoto[], controls: Controls | null = null): Promise<void> {
    let problem: unknown = null;
    for (const item of this.tray.add(files)) {
      await this.#openItem(item, controls);
      if (!this.photoProblem) break;
      problem = this.photoProblem;
      this.tray.remove(item.id);
    }
    if (problem && !this.photoProblem) showProblem(problem);
  }

  /** Opens another photo of the tray, and shows it as the one before was shown. */
  async switchPhoto(item: TrayItem | null): Promise<void> {
    if (!item || item.id === this.tray.openId) return;
    await this.#openItem(item, this.view === 'picture' ? { ...this.controls.now, mask: [] } : null);
  }

  async removePhoto(item: TrayItem): Promise<void> {
    const next = this.tray.remove(item.id);
    if (item.id !== this.tray.openId) return;
    if (next) await this.switchPhoto(next);
    else this.clearPhoto();
  }

  async #openItem(item: TrayItem, controls: Controls | null): Promise<void> {
    await this.#openFile(item.file, item.name, controls);
    if (!this.photoProblem) this.tray.openId = item.id;
  }

  /** Opens this photo. With controls, its picture is shown at once; without, every style is shown on it. */
  async #openFile(file: Blob, name: string, controls: Controls | null): Promise<void> {
    this.opening = true;
    this.photoProblem = null;
    try {
      await this.waitForStyles();
      const photo = await openPhoto(file, name, this.transferStyles);
      this.clearPhoto();
      this.photo = photo;
      if (controls ?? this.preferredStyle) this.showPicture(controls ?? createControls(this.preferredStyle));
      this.#loadStylePreviews(photo);
    } catch (reason) {
      this.photoProblem = reason;
    } finally {
      this.opening = false;
    }
  }

  #loadStylePreviews(photo: Photo): void {
    void this.stylePreviews.load(
      photo,
      this.transferStyles.map((style) => style.name),
    );
  }

  /** Puts the photo away, and all that was made of it. */
  clearPhoto(): void {
    this.stylePreviews.clear();
    this.preview.clear();
    this.fullSize.clear();
    if (this.photo) closePhoto(this.photo);
    this.photo = null;
    this.photoProblem = null;
    this.view = 'styles';
    this.brushing = false;
    this.crop = createCrop('whole', { width: 1, height: 1 });
    this.controls.restart(createControls(this.controls.now.style));
  }

  /** Shows the picture of these controls, as a beginning without a past. */
  showPicture(controls: Controls): void {
    this.controls.restart(controls);
    this.view = 'picture';
  }

  /** The style that the next photo is shown in at once; preferred twice, it is any style again. */
  togglePreferredStyle(style: string): void {
    this.preferredStyle = this.preferredStyle === style ? '' : style;
  }

  /** Another style, everything else as it was set. */
  chooseStyle(style: string): void {
    if (this.view === 'styles') this.showPicture({ ...this.controls.now, style });
    else if (style !== this.controls.now.style) this.changeControls({ style });
  }

  /** The style so many places further, round and round. */
  stepStyle(step: number): void {
    const names = this.transferStyles.map((style) => style.name);
    const next = names[(names.indexOf(this.controls.now.style) + step + names.length) % names.length];
    if (next) this.chooseStyle(next);
  }

  changeControls(changes: Partial<Controls>, gesture: string | null = null): void {
    this.controls.change({ ...this.controls.now, ...changes }, gesture);
  }

  resetControls(): void {
    this.changeControls(createControls(this.controls.now.style));
  }

  setCompareMode(compareMode: CompareMode): void {
    this.compareMode = compareMode;
    savePreferences({ compare: compareMode });
  }

  changeOutput(changes: Partial<Output>): void {
    Object.assign(this.output, changes);
    savePreferences({ output: { ...this.output } });
  }
}

function loadOutput(): Output {
  const saved = loadPreferences().output;
  const metadata = METADATA_CHOICES.find((known) => known === saved?.metadata) ?? 'none';
  return { format: (saved?.format as Format) ?? 'jpeg', quality: saved?.quality ?? 92, metadata };
}

export const studio = new Studio();
