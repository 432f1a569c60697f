/** What a person does with a finished picture: download it, copy it, copy its address, keep it in the history. */
import type { Output } from '../studio/controls';
import { stripExtension } from '../studio/photo';
import { showProblem, showToast } from '../toasts/toasts.svelte';
import { studio, type ExportAction } from '../studio/studio.svelte';
import type { FullSizePicture } from '../studio/full-size.svelte';

export const FILE_SUFFIX = { png: 'png', jpeg: 'jpg', webp: 'webp', avif: 'avif' } as const;

async function makeFullSize(action: ExportAction, output: Output): Promise<FullSizePicture | null> {
  const { photo } = studio;
  if (!photo || !studio.style || studio.exporting) return null;
  studio.exporting = action;
  try {
    return await studio.fullSize.make(photo, studio.controls.now, output, studio.crop);
  } finally {
    studio.exporting = null;
  }
}

export function buildFileName(): string {
  const suffix = studio.crop.shape === 'whole' ? '' : `-${studio.crop.shape}`;
  const name = `${stripExtension(studio.photo?.name ?? 'picture')}-${studio.controls.now.style}${suffix}`;
  return `${name}.${FILE_SUFFIX[studio.output.format]}`;
}

/** Downloads the picture, or its crop, in the chosen format under the photo's own name. */
export async function saveFile(): Promise<void> {
  const name = buildFileName();
  try {
    const result = await makeFullSize('save', { ...studio.output });
    if (!result) return;
    downloadBlob(result.blob, name);
    showToast('done.saved', { name });
  } catch (reason) {
    showProblem(reason);
  }
}

export function downloadBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Copies the picture, or its crop. Browsers take no other format than PNG, and only on a safe connection. */
export async function copyImage(): Promise<void> {
  if (!studio.photo) return;
  if (!navigator.clipboard?.write) return showToast('problem.clipboard');
  try {
    const blob = makeFullSize('copy', { format: 'png', quality: 100, metadata: 'none' }).then(
      (result) => result?.blob ?? new Blob(),
    );
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
    showToast('done.copied');
  } catch (reason) {
    if (reason instanceof DOMException) showToast('problem.clipboard');
    else showProblem(reason);
  }
}

/** Copies the address of the picture on this server. */
export async function copyLink(): Promise<void> {
  if (!navigator.clipboard) return showToast('problem.clipboard');
  try {
    const result = await makeFullSize('link', { ...studio.output });
    if (!result) return;
    await navigator.clipboard.writeText(new URL(result.picture.url, location.href).href);
    showToast('done.link');
  } catch (reason) {
    if (reason instanceof DOMException) showToast('problem.clipboard');
    else showProblem(reason);
  }
}

/** Makes the picture without a download: the server keeps it in the history, with its photo. */
export async function keepInHistory(): Promise<void> {
  try {
    if (await makeFullSize('keep', { ...studio.output })) showToast('done.kept');
  } catch (reason) {
    showProblem(reason);
  }
}
