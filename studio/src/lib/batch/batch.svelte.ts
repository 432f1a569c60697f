/** All photos of the tray, made as one job: in which styles, how, and under which name. */
import { goto } from '$app/navigation';
import { base } from '$app/paths';
import type { Colour } from '../api/types';
import { sortIncomingFiles, type IncomingFile } from '../files/incoming-files';
import { jobs } from '../jobs/jobs.svelte';
import { formatNumber, t } from '../language/language.svelte';
import { limits } from '../files/upload-limits.svelte';
import { stripExtension } from '../studio/photo';
import { studio } from '../studio/studio.svelte';

/** What comes first of all that one person asked for: 1 first, 9 last. */
export const PRIORITIES = { soon: '1', usual: '5', late: '9' } as const;
export type QueuePlace = keyof typeof PRIORITIES;

class Batch {
  open = $state(false);
  styles = $state<string[]>([]);
  strength = $state(1);
  stroke = $state(1);
  colour = $state<Colour>('style');
  name = $state('');
  queuePlace = $state<QueuePlace>('usual');

  /** How many photos there are; of a ZIP it is not known how many it holds. */
  readonly photos = $derived(studio.tray.items.length);
  readonly bytes = $derived(studio.tray.allFiles.reduce((sum, { file }) => sum + file.size, 0));
  readonly pictures = $derived(this.photos * this.styles.length);

  /** Why this cannot be sent as it is, in the page's words. */
  get obstacle(): string {
    if (this.pictures > limits.now.pictures) return t('batch.many', { most: formatNumber(limits.now.pictures) });
    if (this.bytes > limits.now.job) return t('batch.large', { most: formatBytes(limits.now.job) });
    return '';
  }

  /** Opens the dialog, with the controls of the stage as the beginning. */
  openDialog(): void {
    const { controls, view, photo, preferredStyle, transferStyles } = studio;
    const shown = photo && view === 'picture' ? controls.now : null;
    const first = shown?.style ?? preferredStyle;
    const known = this.styles.filter((name) => transferStyles.some((style) => style.name === name));
    this.styles = first ? [first] : known;
    if (shown) ({ strength: this.strength, stroke: this.stroke, colour: this.colour } = shown);
    this.name = suggestName(studio.tray.allFiles.map(({ path }) => path));
    this.open = true;
  }

  toggleStyle(style: string): void {
    const has = this.styles.includes(style);
    this.styles = has ? this.styles.filter((name) => name !== style) : [...this.styles, style];
  }

  async send(): Promise<void> {
    const { format, quality, metadata } = studio.output;
    jobs.startUpload({
      photos: studio.tray.allFiles.map(({ file, path }) => ({ file, name: path })),
      styles: studio.transferStyles.map(({ name }) => name).filter((name) => this.styles.includes(name)),
      strength: this.strength,
      stroke: this.stroke,
      colour: this.colour,
      format,
      quality,
      metadata,
      name: this.name.trim() || suggestName(studio.tray.allFiles.map(({ path }) => path)),
      priority: Number(PRIORITIES[this.queuePlace]),
    });
    this.open = false;
    await goto(`${base}/jobs/`);
  }
}

export const batch = new Batch();

/** Puts photos and ZIPs into the tray, and shows why the rest is rejected. */
export async function addIncomingFiles(incoming: readonly IncomingFile[]): Promise<void> {
  const { photos, zips, rejected } = sortIncomingFiles(incoming);
  studio.tray.rejected = rejected;
  studio.tray.addZips(zips);
  if (photos.length) await studio.addPhotos(photos);
  else if (zips.length) batch.openDialog();
}

/** One name for many: the folder that all lie in, the only file's, or the first one's with how many more. */
function suggestName(paths: readonly string[]): string {
  const [first = ''] = paths;
  const [top = ''] = first.split('/');
  if (first.includes('/') && paths.every((path) => path.startsWith(`${top}/`))) return top;
  const name = stripExtension(first.split('/').at(-1) ?? first);
  return paths.length > 1 ? t('batch.name.more', { name, more: formatNumber(paths.length - 1) }) : name;
}

/** Bytes in the unit that people use. */
export function formatBytes(bytes: number): string {
  const unit = bytes >= 1e9 ? 'gigabyte' : bytes >= 1e6 ? 'megabyte' : 'kilobyte';
  const divisor = { gigabyte: 1e9, megabyte: 1e6, kilobyte: 1e3 }[unit];
  return formatNumber(bytes / divisor, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: bytes / divisor < 10 ? 1 : 0,
  });
}
