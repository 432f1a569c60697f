/** What a person does with a picture that is made: save it, copy it, hand on its address, keep it in the history. */
import type { Output } from '../studio/controls';
import { stem } from '../studio/photo';
import { complain, tell } from '../toasts/toasts.svelte';
import { studio, type Deed } from '../studio/studio.svelte';
import type { Made } from '../studio/full-size.svelte';

export const SUFFIX = { png: 'png', jpeg: 'jpg', webp: 'webp', avif: 'avif' } as const;

async function make(deed: Deed, output: Output): Promise<Made | null> {
  const { photo } = studio;
  if (!photo || !studio.style || studio.deed) return null;
  studio.deed = deed;
  try {
    return await studio.whole.make(photo, studio.look.now, output, studio.cut);
  } finally {
    studio.deed = null;
  }
}

export function fileName(): string {
  const part = studio.cut.shape === 'whole' ? '' : `-${studio.cut.shape}`;
  const name = `${stem(studio.photo?.name ?? 'picture')}-${studio.look.now.style}${part}`;
  return `${name}.${SUFFIX[studio.output.format]}`;
}

/** Saves the picture, or the part that is cut, in the chosen format under the photo's own name. */
export async function save(): Promise<void> {
  const name = fileName();
  try {
    const made = await make('save', { ...studio.output });
    if (!made) return;
    saveBlob(made.blob, name);
    tell('done.saved', { name });
  } catch (reason) {
    complain(reason);
  }
}

export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Copies the picture, or the part that is cut. Browsers take no other format than PNG, and only on a safe connection. */
export async function copy(): Promise<void> {
  if (!studio.photo) return;
  if (!navigator.clipboard?.write) return tell('problem.clipboard');
  try {
    const blob = make('copy', { format: 'png', quality: 100, metadata: 'none' }).then((made) => made?.blob ?? new Blob());
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
    tell('done.copied');
  } catch (reason) {
    if (reason instanceof DOMException) tell('problem.clipboard');
    else complain(reason);
  }
}

/** Copies the address of the picture on this server. */
export async function copyLink(): Promise<void> {
  if (!navigator.clipboard) return tell('problem.clipboard');
  try {
    const made = await make('link', { ...studio.output });
    if (!made) return;
    await navigator.clipboard.writeText(new URL(made.picture.url, location.href).href);
    tell('done.link');
  } catch (reason) {
    if (reason instanceof DOMException) tell('problem.clipboard');
    else complain(reason);
  }
}

/** Makes the picture without taking it home: the server keeps it in the history, with its photo. */
export async function keepLook(): Promise<void> {
  try {
    if (await make('keep', { ...studio.output })) tell('done.kept');
  } catch (reason) {
    complain(reason);
  }
}
