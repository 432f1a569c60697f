/** The studio: one photo, one look, and what is made of them. The pages read it and turn it; it knows no page. */
import { listStyles } from '../api/pictures';
import type { Format, Style } from '../api/types';
import { firstCut, type Cut } from './crop';
import { keep, recall } from '../preferences/preferences';
import { firstLook, METADATA, type Look, type Output } from './controls';
import { closePhoto, openPhoto, type Photo } from './photo';
import { Proof } from './preview.svelte';
import { complain } from '../toasts/toasts.svelte';
import { notePace } from '../styles/preview-timing';
import { Tray, type Bringing, type Ready } from './photo-tray.svelte';
import { Undo } from './undo-stack.svelte';
import { Wall } from './style-previews.svelte';
import { Whole } from './full-size.svelte';

export type View = 'wall' | 'picture';
export type Compare = 'picture' | 'slider' | 'beside';
/** What is being made whole for the person to take home. */
export type Deed = 'save' | 'copy' | 'link' | 'keep';
export const COMPARES: readonly Compare[] = ['picture', 'slider', 'beside'];

class Studio {
  styles = $state.raw<readonly Style[]>([]);
  stylesProblem = $state.raw<unknown>(null);
  listing = $state(true);

  photo = $state.raw<Photo | null>(null);
  opening = $state(false);
  photoProblem = $state.raw<unknown>(null);

  preferred = $state('');
  view = $state<View>('wall');
  compare = $state<Compare>(recall().compare ?? 'slider');
  /** While a key is held the stage shows the photo alone. */
  before = $state(false);
  /** The brush is in hand. */
  brushing = $state(false);
  brush = $state({ radius: 0.04, erase: false });

  /** Which part of the picture is taken home. */
  cut = $state.raw<Cut>(firstCut('whole', { width: 1, height: 1 }));
  deed = $state<Deed | null>(null);

  readonly look = new Undo<Look>(firstLook(''));
  readonly output = $state<Output & { format: Format }>(firstOutput());
  readonly proof = new Proof();
  readonly tray = new Tray();
  readonly wall = new Wall((name, seconds) => notePace(this.styles.find((style) => style.name === name), seconds));
  readonly whole = new Whole();

  #listed: Promise<void> | null = null;

  get style(): Style | null {
    return this.styles.find((style) => style.name === this.look.now.style) ?? null;
  }

  /** The stage can show every pixel of what is asked for now. */
  get wholeIsShown(): boolean {
    return this.photo !== null && this.whole.shown === Whole.nameOf(this.photo, this.look.now, this.output);
  }

  get transfers(): readonly Style[] {
    return this.styles.filter((style) => style.kind === 'transfer');
  }

  /** Asks the server which styles there are. A photo that is here already is then shown in each. */
  list(): Promise<void> {
    this.#listed = this.#list();
    return this.#listed;
  }

  /** Waits until it is known which styles there are, or why it is not: who is quicker than the server is not refused. */
  known(): Promise<void> {
    return this.#listed ?? this.list();
  }

  async #list(): Promise<void> {
    this.listing = true;
    this.stylesProblem = null;
    const unknown = this.styles.length === 0;
    try {
      this.styles = await listStyles();
      if (this.photo && unknown) this.#fill(this.photo);
      if (!this.style) this.look.begin(firstLook(this.transfers[0]?.name ?? ''));
    } catch (reason) {
      this.stylesProblem = reason;
    } finally {
      this.listing = false;
    }
  }

  /** Lays these photos ready and opens the first that can be read, in the look that it brings along. */
  async bringAll(files: readonly Bringing[], look: Look | null = null): Promise<void> {
    let bad: unknown = null;
    for (const item of this.tray.add(files)) {
      await this.#open(item, look);
      if (!this.photoProblem) break;
      bad = this.photoProblem;
      this.tray.remove(item.id);
    }
    if (bad && !this.photoProblem) complain(bad);
  }

  /** Opens another of the photos that lie ready, and shows it as the one before was shown. */
  async turnTo(item: Ready | null): Promise<void> {
    if (!item || item.id === this.tray.at) return;
    await this.#open(item, this.view === 'picture' ? { ...this.look.now, mask: [] } : null);
  }

  async putAway(item: Ready): Promise<void> {
    const next = this.tray.remove(item.id);
    if (item.id !== this.tray.at) return;
    if (next) await this.turnTo(next);
    else this.leave();
  }

  async #open(item: Ready, look: Look | null): Promise<void> {
    await this.#bring(item.file, item.name, look);
    if (!this.photoProblem) this.tray.at = item.id;
  }

  /** Takes this photo. With a look, it is shown in it at once; without, every style is shown on it. */
  async #bring(file: Blob, name: string, look: Look | null): Promise<void> {
    this.opening = true;
    this.photoProblem = null;
    try {
      await this.known();
      const photo = await openPhoto(file, name, this.transfers);
      this.leave();
      this.photo = photo;
      if (look ?? this.preferred) this.show(look ?? firstLook(this.preferred));
      this.#fill(photo);
    } catch (reason) {
      this.photoProblem = reason;
    } finally {
      this.opening = false;
    }
  }

  #fill(photo: Photo): void {
    void this.wall.fill(photo, this.transfers.map((style) => style.name));
  }

  /** Puts the photo away, and all that was made of it. */
  leave(): void {
    this.wall.clear();
    this.proof.clear();
    this.whole.clear();
    if (this.photo) closePhoto(this.photo);
    this.photo = null;
    this.photoProblem = null;
    this.view = 'wall';
    this.brushing = false;
    this.cut = firstCut('whole', { width: 1, height: 1 });
    this.look.begin(firstLook(this.look.now.style));
  }

  /** Shows the photo in this look, as a beginning without a past. */
  show(look: Look): void {
    this.look.begin(look);
    this.view = 'picture';
  }

  /** The style that the next photo is shown in at once; preferred twice, it is any style again. */
  prefer(style: string): void {
    this.preferred = this.preferred === style ? '' : style;
  }

  /** Another style, everything else as it was set. */
  choose(style: string): void {
    if (this.view === 'wall') this.show({ ...this.look.now, style });
    else if (style !== this.look.now.style) this.turn({ style });
  }

  /** The style so many places further, round and round. */
  step(by: number): void {
    const names = this.transfers.map((style) => style.name);
    const next = names[(names.indexOf(this.look.now.style) + by + names.length) % names.length];
    if (next) this.choose(next);
  }

  turn(changes: Partial<Look>, gesture: string | null = null): void {
    this.look.change({ ...this.look.now, ...changes }, gesture);
  }

  reset(): void {
    this.turn(firstLook(this.look.now.style));
  }

  compareBy(compare: Compare): void {
    this.compare = compare;
    keep({ compare });
  }

  wish(changes: Partial<Output>): void {
    Object.assign(this.output, changes);
    keep({ output: { ...this.output } });
  }
}

function firstOutput(): Output {
  const kept = recall().output;
  const metadata = METADATA.find((known) => known === kept?.metadata) ?? 'none';
  return { format: (kept?.format as Format) ?? 'jpeg', quality: kept?.quality ?? 92, metadata };
}

export const studio = new Studio();
