/** Photos that were dropped, pasted or chosen on any page: shown on the page that makes pictures. */
import { goto } from '$app/navigation';
import { base } from '$app/paths';
import { page } from '$app/state';
import { addIncomingFiles } from '../batch/batch.svelte';
import type { IncomingFile } from '../files/incoming-files';

export async function openPhotos(incoming: readonly IncomingFile[]): Promise<void> {
  if (page.url.pathname !== `${base}/`) await goto(`${base}/`);
  await addIncomingFiles(incoming);
}
