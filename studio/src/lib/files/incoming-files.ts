/** The files that a person adds at once: photos told from ZIPs, and both from what is rejected, each with its reason. */
import { t } from '../language/language.svelte';
import { limits } from './upload-limits.svelte';

export interface NamedFile {
  readonly file: File;
  readonly name: string;
}

export interface IncomingFile extends NamedFile {
  /** The name with the folders that it lay in. */
  readonly path: string;
}

export type RejectReason = 'empty' | 'kind' | 'large';

export interface RejectedFile {
  readonly path: string;
  readonly reason: RejectReason;
  readonly bytes: number;
}

export interface SortedFiles {
  readonly photos: readonly IncomingFile[];
  readonly zips: readonly IncomingFile[];
  readonly rejected: readonly RejectedFile[];
}

const PHOTO_NAME = /\.(jpe?g|jfif|png|webp|avif|tiff?|hei[cf])$/i;
const PHOTO_TYPES = new Set([
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/avif',
  'image/tiff',
  'image/heic',
  'image/heif',
]);
const ZIP_NAME = /\.zip$/i;
const SYSTEM_FILE =
  /(^|\/)(\.|(__MACOSX|@eaDir|@Recycle|#recycle|#snapshot|\$RECYCLE\.BIN|System Volume Information|lost\+found)(\/|$)|(eh)?thumbs\.db$|desktop\.ini$)/i;

/** `path` has the folders that the file lay in; '' is none. */
export function toIncomingFile(file: File, path: string): IncomingFile {
  return { file, name: file.name, path: path || file.name };
}

/** A pasted file may have no name of its own. */
export function nameFile(file: File): NamedFile {
  return { file, name: file.name || t('photo.pasted') };
}

/** What systems put beside photos: nobody added it, so it is left out without a word. */
export function isSystemFile(path: string): boolean {
  return SYSTEM_FILE.test(path);
}

/** Tells photos from ZIPs, and both from what is not taken. */
export function sortIncomingFiles(incoming: readonly IncomingFile[]): SortedFiles {
  const wanted = incoming.filter(({ path }) => !isSystemFile(path));
  const rejected = wanted.flatMap((item) => {
    const reason = findRejectReason(item);
    return reason ? [{ path: item.path, reason, bytes: item.file.size }] : [];
  });
  const taken = wanted.filter((item) => findRejectReason(item) === null);
  return { photos: taken.filter((item) => !isZip(item)), zips: taken.filter(isZip), rejected };
}

function isZip({ file, name }: IncomingFile): boolean {
  return ZIP_NAME.test(name) || file.type === 'application/zip' || file.type === 'application/x-zip-compressed';
}

/** A file without an ending and without a kind is left to the server, which looks at its content. */
function findRejectReason(item: IncomingFile): RejectReason | null {
  const { file, name } = item;
  const unknown = !file.type && !/\.\w+$/.test(name);
  if (!isZip(item) && !PHOTO_NAME.test(name) && !PHOTO_TYPES.has(file.type) && !unknown) return 'kind';
  if (file.size === 0) return 'empty';
  return file.size > (isZip(item) ? limits.now.job : limits.now.photo) ? 'large' : null;
}
