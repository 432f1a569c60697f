/** Files that a person drops on the page or pastes: photos, style files, folders with all that is in them. */
import { isSystemFile, nameFile, toIncomingFile, type IncomingFile, type NamedFile } from './incoming-files';

export const STYLE_SUFFIX = '.onnx';

export function hasFiles(data: DataTransfer | null): boolean {
  return data?.types.includes('Files') ?? false;
}

/** The style files of what was dropped. */
export function getStyleFiles(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter((file) => file.name.toLowerCase().endsWith(STYLE_SUFFIX));
}

/** The files of what was dropped or pasted: the photos where there are any, else all, to be refused with a reason. */
export function getPhotoFiles(data: DataTransfer | null): NamedFile[] {
  const files = [...(data?.files ?? [])];
  const photos = files.filter((file) => file.type.startsWith('image/') || /\.(heic|heif|tiff?|avif)$/i.test(file.name));
  return (photos.length ? photos : files).map(nameFile);
}

/** All that was dropped, folders opened. It is looked at before the answer waits for anything: later it is empty. */
export async function readDroppedFiles(data: DataTransfer | null): Promise<IncomingFile[]> {
  const files = [...(data?.files ?? [])].map((file) => toIncomingFile(file, ''));
  const entries = [...(data?.items ?? [])].flatMap((item) => (item.kind === 'file' ? [item.webkitGetAsEntry()] : []));
  if (!entries.some((entry) => entry?.isDirectory)) return files;
  return (await Promise.all(entries.map((entry) => (entry ? readEntry(entry) : [])))).flat();
}

async function readEntry(entry: FileSystemEntry): Promise<IncomingFile[]> {
  const path = entry.fullPath.replace(/^\//, '');
  if (isSystemFile(path)) return [];
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [toIncomingFile(file, path)];
  }
  const files: IncomingFile[] = [];
  for (const inside of await listEntries((entry as FileSystemDirectoryEntry).createReader()))
    files.push(...(await readEntry(inside)));
  return files;
}

/** All entries of a folder: a reader gives some at a time, and none at the end. */
async function listEntries(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return all.sort((item, other) => (item.name < other.name ? -1 : 1));
    all.push(...batch);
  }
}
