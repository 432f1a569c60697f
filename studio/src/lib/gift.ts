/** What a person brings at once: photos, folders of them and ZIPs; and what of it is not taken, each with its reason. */
import { limits } from './limits.svelte';

export interface Brought {
  readonly file: File;
  readonly name: string;
  /** The name with the folders that it lay in. */
  readonly path: string;
}

export type Why = 'empty' | 'kind' | 'large';

export interface Refused {
  readonly path: string;
  readonly why: Why;
  readonly bytes: number;
}

export interface Gift {
  readonly photos: readonly Brought[];
  readonly zips: readonly Brought[];
  readonly refused: readonly Refused[];
}

const PHOTO = /\.(jpe?g|jfif|png|webp|avif|tiff?|hei[cf])$/i;
const PHOTO_KINDS = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/tiff', 'image/heic', 'image/heif']);
const ZIP = /\.zip$/i;
/** What systems put beside photos: nobody brought it, so nothing is said of it. */
const SYSTEM =
  /(^|\/)(\.|(__MACOSX|@eaDir|@Recycle|#recycle|#snapshot|\$RECYCLE\.BIN|System Volume Information|lost\+found)(\/|$)|(eh)?thumbs\.db$|desktop\.ini$)/i;
const PHOTOS = 'image/jpeg,image/png,image/webp,image/avif,image/tiff,image/heic,.jpg,.png,.heic,.heif,.tif,.tiff,.avif,.zip';

/** Held while the system's window is open: nothing else holds it. */
let asked: HTMLInputElement | null = null;

/** Lets the person choose photos and ZIPs, or a folder with all that is in it. */
export function choosePhotos(folder: boolean, ongift: (given: Brought[]) => void): void {
  const input = document.createElement('input');
  asked = input;
  input.type = 'file';
  input.multiple = true;
  if (folder) input.webkitdirectory = true;
  else input.accept = PHOTOS;
  input.addEventListener('change', () => {
    const files = [...(asked?.files ?? [])];
    asked = null;
    ongift(files.map((file) => bring(file, file.webkitRelativePath)));
  });
  input.click();
}

/** All that was dropped, folders opened. It is looked at before the answer waits for anything: later it is empty. */
export async function dropped(given: DataTransfer | null): Promise<Brought[]> {
  const files = [...(given?.files ?? [])].map((file) => bring(file, ''));
  const entries = [...(given?.items ?? [])].flatMap((item) => (item.kind === 'file' ? [item.webkitGetAsEntry()] : []));
  if (!entries.some((entry) => entry?.isDirectory)) return files;
  return (await Promise.all(entries.map((entry) => (entry ? walk(entry) : [])))).flat();
}

async function walk(entry: FileSystemEntry): Promise<Brought[]> {
  const path = entry.fullPath.replace(/^\//, '');
  if (SYSTEM.test(path)) return [];
  if (entry.isFile) {
    const file = await new Promise<File>((give, fail) => (entry as FileSystemFileEntry).file(give, fail));
    return [bring(file, path)];
  }
  const found: Brought[] = [];
  for (const inside of await list((entry as FileSystemDirectoryEntry).createReader())) found.push(...(await walk(inside)));
  return found;
}

/** All entries of a folder: a reader gives some at a time, and none at the end. */
async function list(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((give, fail) => reader.readEntries(give, fail));
    if (some.length === 0) return all.sort((one, other) => (one.name < other.name ? -1 : 1));
    all.push(...some);
  }
}

function bring(file: File, path: string): Brought {
  return { file, name: file.name, path: path || file.name };
}

/** Tells photos from ZIPs, and both from what is not taken. */
export function sortOut(given: readonly Brought[]): Gift {
  const kept = given.filter(({ path }) => !SYSTEM.test(path));
  const refused = kept.flatMap((one) => {
    const why = refuse(one);
    return why ? [{ path: one.path, why, bytes: one.file.size }] : [];
  });
  const taken = kept.filter((one) => refuse(one) === null);
  return { photos: taken.filter((one) => !isZip(one)), zips: taken.filter(isZip), refused };
}

function isZip({ file, name }: Brought): boolean {
  return ZIP.test(name) || file.type === 'application/zip' || file.type === 'application/x-zip-compressed';
}

/** A file without an ending and without a kind is left to the server, which looks at its content. */
function refuse(one: Brought): Why | null {
  const { file, name } = one;
  const unknown = !file.type && !/\.\w+$/.test(name);
  if (!isZip(one) && !PHOTO.test(name) && !PHOTO_KINDS.has(file.type) && !unknown) return 'kind';
  if (file.size === 0) return 'empty';
  return file.size > (isZip(one) ? limits.now.body : limits.now.photo) ? 'large' : null;
}
