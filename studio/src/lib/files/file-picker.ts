/** The system's windows to choose files: photos and ZIPs, a folder, the camera, style files. */
import { nameFile, toIncomingFile, type IncomingFile, type NamedFile } from './incoming-files';
import { STYLE_SUFFIX } from './dropped-files';

const CAMERA_TYPES = 'image/*,.heic,.heif,.tif,.tiff,.avif';
const PHOTO_TYPES =
  'image/jpeg,image/png,image/webp,image/avif,image/tiff,image/heic,.jpg,.png,.heic,.heif,.tif,.tiff,.avif,.zip';

/** Held while the system's window is open: nothing else holds it. */
let pendingInput: HTMLInputElement | null = null;

/** Lets the person choose photos and ZIPs, or a folder with all that is in it. */
export function pickPhotos(folder: boolean, onpick: (incoming: IncomingFile[]) => void): void {
  const input = createFileInput((files) => onpick(files.map((file) => toIncomingFile(file, file.webkitRelativePath))));
  input.multiple = true;
  if (folder) input.webkitdirectory = true;
  else input.accept = PHOTO_TYPES;
  input.click();
}

/** Lets the person take a photo, or choose one where the device has no camera. */
export function takePhoto(onpick: (files: NamedFile[]) => void): void {
  const input = createFileInput((files) => onpick(files.map(nameFile)));
  input.accept = CAMERA_TYPES;
  input.setAttribute('capture', 'environment');
  input.click();
}

/** Lets the person choose style files. */
export function pickStyleFiles(onpick: (files: File[]) => void): void {
  const input = createFileInput(onpick);
  input.accept = STYLE_SUFFIX;
  input.multiple = true;
  input.click();
}

function createFileInput(onpick: (files: File[]) => void): HTMLInputElement {
  const input = document.createElement('input');
  pendingInput = input;
  input.type = 'file';
  input.addEventListener('change', () => {
    const files = [...(pendingInput?.files ?? [])];
    pendingInput = null;
    onpick(files);
  });
  return input;
}
