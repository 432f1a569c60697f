/** Photos, and style files, that a person drops, pastes or chooses. */
import { t } from '../language/language.svelte';

export interface Given {
  file: File;
  name: string;
}

const ASKED = 'image/*,.heic,.heif,.tif,.tiff,.avif';
const STYLE = '.onnx';

/** Held while the system's window is open: nothing else holds it. */
let asked: HTMLInputElement | null = null;

/** Lets the person choose photos, or take one where the device has a camera and `camera` is asked for. */
export function chooseFiles(camera: boolean, onfiles: (given: Given[]) => void): void {
  const input = begin(ASKED, (files) => onfiles(files.map(give)));
  input.multiple = !camera;
  if (camera) input.setAttribute('capture', 'environment');
  input.click();
}

/** Lets the person choose style files. */
export function chooseStyles(onfiles: (files: File[]) => void): void {
  const input = begin(STYLE, onfiles);
  input.multiple = true;
  input.click();
}

function begin(accept: string, onfiles: (files: File[]) => void): HTMLInputElement {
  const input = document.createElement('input');
  asked = input;
  input.type = 'file';
  input.accept = accept;
  input.addEventListener('change', () => {
    const files = [...(asked?.files ?? [])];
    asked = null;
    onfiles(files);
  });
  return input;
}

/** The style files of what was dropped. */
export function givenStyles(given: DataTransfer | null): File[] {
  return [...(given?.files ?? [])].filter((file) => file.name.toLowerCase().endsWith(STYLE));
}

/** The files of what was dropped or pasted: the photos where there are any, else all, to be refused with a reason. */
export function givenFiles(given: DataTransfer | null): Given[] {
  const files = [...(given?.files ?? [])];
  const photos = files.filter((file) => file.type.startsWith('image/') || /\.(heic|heif|tiff?|avif)$/i.test(file.name));
  return (photos.length ? photos : files).map(give);
}

export function carriesFiles(given: DataTransfer | null): boolean {
  return given?.types.includes('Files') ?? false;
}

function give(file: File): Given {
  return { file, name: file.name || t('photo.pasted') };
}
