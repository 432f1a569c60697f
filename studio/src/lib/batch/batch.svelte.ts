/** All that lies ready, made at once: in which styles, how, and under which name. */
import { goto } from '$app/navigation';
import { base } from '$app/paths';
import type { Colour } from '../api/types';
import { sortOut, type Brought } from '../files/incoming-files';
import { jobs } from '../jobs/jobs.svelte';
import { number, t } from '../language/language.svelte';
import { limits } from '../files/upload-limits.svelte';
import { stem } from '../studio/photo';
import { studio } from '../studio/studio.svelte';

/** What comes first of all that one person asked for: 1 first, 9 last. */
export const TURNS = { soon: '1', usual: '5', late: '9' } as const;
export type Turn = keyof typeof TURNS;

class Batch {
  open = $state(false);
  styles = $state<string[]>([]);
  strength = $state(1);
  stroke = $state(1);
  colour = $state<Colour>('style');
  name = $state('');
  turn = $state<Turn>('usual');

  /** How many photos there are; of a ZIP it is not known how many it holds. */
  readonly photos = $derived(studio.tray.items.length);
  readonly bytes = $derived(studio.tray.all.reduce((sum, { file }) => sum + file.size, 0));
  readonly pictures = $derived(this.photos * this.styles.length);

  /** Why this cannot be sent as it is, in the page's words. */
  get hindrance(): string {
    if (this.pictures > limits.now.pictures) return t('batch.many', { most: number(limits.now.pictures) });
    if (this.bytes > limits.now.body) return t('batch.large', { most: size(limits.now.body) });
    return '';
  }

  /** Asks how; with what is on the stage as the beginning. */
  begin(): void {
    const { look, view, photo, preferred, transfers } = studio;
    const shown = photo && view === 'picture' ? look.now : null;
    const first = shown?.style ?? preferred;
    const known = this.styles.filter((name) => transfers.some((style) => style.name === name));
    this.styles = first ? [first] : known;
    if (shown) ({ strength: this.strength, stroke: this.stroke, colour: this.colour } = shown);
    this.name = nameAll(studio.tray.all.map(({ path }) => path));
    this.open = true;
  }

  choose(style: string): void {
    const has = this.styles.includes(style);
    this.styles = has ? this.styles.filter((name) => name !== style) : [...this.styles, style];
  }

  async send(): Promise<void> {
    const { format, quality, metadata } = studio.output;
    jobs.send({
      photos: studio.tray.all.map(({ file, path }) => ({ file, name: path })),
      styles: studio.transfers.map(({ name }) => name).filter((name) => this.styles.includes(name)),
      strength: this.strength,
      stroke: this.stroke,
      colour: this.colour,
      format,
      quality,
      metadata,
      name: this.name.trim() || nameAll(studio.tray.all.map(({ path }) => path)),
      priority: Number(TURNS[this.turn]),
    });
    this.open = false;
    await goto(`${base}/jobs/`);
  }
}

export const batch = new Batch();

/** Takes what was brought: photos lie ready, ZIPs too, and of the rest it is said why not. */
export async function takeAll(given: readonly Brought[]): Promise<void> {
  const { photos, zips, refused } = sortOut(given);
  studio.tray.refused = refused;
  studio.tray.addZips(zips);
  if (photos.length) await studio.bringAll(photos);
  else if (zips.length) batch.begin();
}

/** One name for many: the folder that all lie in, the only file's, or the first one's with how many more. */
function nameAll(paths: readonly string[]): string {
  const [first = ''] = paths;
  const [top = ''] = first.split('/');
  if (first.includes('/') && paths.every((path) => path.startsWith(`${top}/`))) return top;
  const name = stem(first.split('/').at(-1) ?? first);
  return paths.length > 1 ? t('batch.name.more', { name, more: number(paths.length - 1) }) : name;
}

/** Bytes in the unit that people use. */
export function size(bytes: number): string {
  const unit = bytes >= 1e9 ? 'gigabyte' : bytes >= 1e6 ? 'megabyte' : 'kilobyte';
  const by = { gigabyte: 1e9, megabyte: 1e6, kilobyte: 1e3 }[unit];
  return number(bytes / by, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: bytes / by < 10 ? 1 : 0 });
}
