/** Photos that a person drops, pastes or chooses. */

const ASKED = 'image/*,.heic,.heif,.tif,.tiff,.avif';

/** Held while the system's window is open: nothing else holds it. */
let asked: HTMLInputElement | null = null;

/** Lets the person choose a photo, or take one where the device has a camera and `camera` is asked for. */
export function chooseFile(camera: boolean, onfile: (file: File) => void): void {
  const input = document.createElement('input');
  asked = input;
  input.type = 'file';
  input.accept = ASKED;
  if (camera) input.setAttribute('capture', 'environment');
  input.addEventListener('change', () => {
    const file = asked?.files?.[0];
    asked = null;
    if (file) onfile(file);
  });
  input.click();
}

/** The first file of what was dropped or pasted; a photo before anything else. */
export function firstFile(given: DataTransfer | null): File | null {
  const files = [...(given?.files ?? [])];
  return files.find((file) => file.type.startsWith('image/')) ?? files[0] ?? null;
}

export function carriesFiles(given: DataTransfer | null): boolean {
  return given?.types.includes('Files') ?? false;
}
