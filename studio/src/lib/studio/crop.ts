/** Which part of the picture is exported, and at which size: shapes, and boxes that stay within the picture. */
import type { Box } from '../pixels/worker-messages';

export type CropShape = 'whole' | 'avatar' | 'phone' | 'desktop';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Crop {
  readonly shape: CropShape;
  /** Pixels of what is made; of the whole picture its own. */
  readonly size: Size;
  /** In pixels of the whole picture. */
  readonly box: Box;
}

export interface FaceSquare {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

const toSquareSize = (side: number): Size => ({ width: side, height: side });
const toSize = (width: number, height: number): Size => ({ width, height });

/** What avatars, screens of phones and screens of desks ask for; DEFAULT_SIZE_INDEX names the usual one of each. */
export const CROP_SIZES: Record<Exclude<CropShape, 'whole'>, readonly Size[]> = {
  avatar: [128, 256, 400, 512, 1024].map(toSquareSize),
  phone: [
    toSize(1080, 1920),
    toSize(1080, 2340),
    toSize(1080, 2400),
    toSize(1170, 2532),
    toSize(1290, 2796),
    toSize(1440, 3120),
  ],
  desktop: [toSize(1920, 1080), toSize(1920, 1200), toSize(2560, 1440), toSize(3440, 1440), toSize(3840, 2160)],
};
const DEFAULT_SIZE_INDEX = { avatar: 3, phone: 3, desktop: 4 } as const;
export const CROP_SHAPES: readonly CropShape[] = ['whole', 'avatar', 'phone', 'desktop'];
/** A box is at least this share of the largest that fits. */
const MIN_SHARE = 0.05;

/** The largest box of this shape, in the middle; an avatar's a little higher, where faces are. */
export function createCrop(shape: CropShape, image: Size): Crop {
  const size = shape === 'whole' ? image : CROP_SIZES[shape][DEFAULT_SIZE_INDEX[shape]];
  if (shape === 'whole' || !size) return { shape: 'whole', size: image, box: { x: 0, y: 0, ...image } };
  const { width, height } = fitSize(size, image);
  const topShare = shape === 'avatar' ? 0.4 : 0.5;
  return { shape, size, box: { x: (image.width - width) / 2, y: (image.height - height) * topShare, width, height } };
}

/** The same part at another size of its shape: the box keeps its middle and its share of the largest. */
export function resizeCrop(crop: Crop, size: Size, image: Size): Crop {
  const max = fitSize(size, image);
  const share = getCropShare(crop, image);
  return { ...crop, size, box: centreBox(crop.box, max.width * share, max.height * share, image) };
}

/** The avatar in this square, given in pixels of a photo that is `photoWidth` wide. */
export function cropFace(crop: Crop, { left, top, side }: FaceSquare, photoWidth: number, image: Size): Crop {
  const scale = image.width / photoWidth;
  const max = fitSize(crop.size, image);
  const edge = Math.min(max.width, Math.max(max.width * MIN_SHARE, side * scale));
  return {
    ...crop,
    box: centreBox({ x: left * scale, y: top * scale, width: side * scale, height: side * scale }, edge, edge, image),
  };
}

/** The crop as the fields `cut` and `size` of a request. */
export function formatCrop({ shape, box, size }: Crop, image: Size): { cut: string; size: string } {
  if (shape === 'whole') return { cut: '', size: '' };
  const width = Math.min(image.width, Math.max(1, Math.round(box.width)));
  const height = Math.min(image.height, Math.max(1, Math.round(box.height)));
  const left = Math.min(image.width - width, Math.round(box.x));
  const top = Math.min(image.height - height, Math.round(box.y));
  return { cut: [left, top, width, height].join(','), size: `${size.width}x${size.height}` };
}

/** The crop of the fields `cut` and `size`; the whole picture where they name none, or a size that is not in CROP_SIZES. */
export function parseCrop(cut: string, size: string, image: Size): Crop {
  const [x, y, width, height] = cut.split(',').map(Number);
  const shape = CROP_SHAPES.find(
    (one) => one !== 'whole' && CROP_SIZES[one].some((known) => `${known.width}x${known.height}` === size),
  );
  if (!shape || !cut || x === undefined || y === undefined || !width || !height) return createCrop('whole', image);
  const [across = 1, down = 1] = size.split('x').map(Number);
  return { shape, size: toSize(across, down), box: clampBox({ x, y, width, height }, image) };
}

export function moveCrop(crop: Crop, dx: number, dy: number, image: Size): Crop {
  return { ...crop, box: clampBox({ ...crop.box, x: crop.box.x + dx, y: crop.box.y + dy }, image) };
}

/** The box so many times as large, about its own middle. */
export function scaleCrop(crop: Crop, factor: number, image: Size): Crop {
  if (crop.shape === 'whole') return crop;
  const max = fitSize(crop.size, image);
  const width = Math.min(max.width, Math.max(max.width * MIN_SHARE, crop.box.width * factor));
  return { ...crop, box: centreBox(crop.box, width, (width * max.height) / max.width, image) };
}

/** How large the box is, as a share of the largest, from MIN_SHARE to 1. */
export function getCropShare(crop: Crop, image: Size): number {
  return crop.shape === 'whole' ? 1 : crop.box.width / fitSize(crop.size, image).width;
}

function fitSize(size: Size, image: Size): Size {
  const scale = Math.min(image.width / size.width, image.height / size.height);
  return { width: size.width * scale, height: size.height * scale };
}

function centreBox(box: Box, width: number, height: number, image: Size): Box {
  return clampBox({ x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height }, image);
}

function clampBox(box: Box, image: Size): Box {
  const x = Math.min(image.width - box.width, Math.max(0, box.x));
  const y = Math.min(image.height - box.height, Math.max(0, box.y));
  return { ...box, x, y };
}
