/** Which part of the picture is taken home, and at which size: shapes, and boxes that stay within the picture. */
import type { Box } from './pixels/calls';

export type Shape = 'whole' | 'avatar' | 'phone' | 'desktop';

export interface Cut {
  readonly shape: Shape;
  /** In pixels of the whole picture. */
  readonly box: Box;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels of what is made: an avatar, the screen of a phone, and that of a desk. */
export const SIZES: Record<Exclude<Shape, 'whole'>, Size> = {
  avatar: { width: 512, height: 512 },
  phone: { width: 1440, height: 3120 },
  desktop: { width: 3840, height: 2160 },
};
export const SHAPES: readonly Shape[] = ['whole', 'avatar', 'phone', 'desktop'];
/** A box is at least this share of the largest that fits. */
const LEAST = 0.15;

/** The largest box of this shape, in the middle; an avatar's a little higher, where faces are. */
export function firstCut(shape: Shape, image: Size): Cut {
  if (shape === 'whole') return { shape, box: { x: 0, y: 0, ...image } };
  const { width, height } = largest(SIZES[shape], image);
  const above = shape === 'avatar' ? 0.4 : 0.5;
  return { shape, box: { x: (image.width - width) / 2, y: (image.height - height) * above, width, height } };
}

export function moveCut(cut: Cut, dx: number, dy: number, image: Size): Cut {
  return { ...cut, box: hold({ ...cut.box, x: cut.box.x + dx, y: cut.box.y + dy }, image) };
}

/** The box so many times as large, about its own middle. */
export function scaleCut(cut: Cut, by: number, image: Size): Cut {
  if (cut.shape === 'whole') return cut;
  const most = largest(SIZES[cut.shape], image);
  const width = Math.min(most.width, Math.max(most.width * LEAST, cut.box.width * by));
  const height = (width * most.height) / most.width;
  const x = cut.box.x + (cut.box.width - width) / 2;
  const y = cut.box.y + (cut.box.height - height) / 2;
  return { ...cut, box: hold({ x, y, width, height }, image) };
}

/** How large the box is, from LEAST to 1. */
export function shareOf(cut: Cut, image: Size): number {
  return cut.shape === 'whole' ? 1 : cut.box.width / largest(SIZES[cut.shape], image).width;
}

function largest(size: Size, image: Size): Size {
  const scale = Math.min(image.width / size.width, image.height / size.height);
  return { width: size.width * scale, height: size.height * scale };
}

function hold(box: Box, image: Size): Box {
  const x = Math.min(image.width - box.width, Math.max(0, box.x));
  const y = Math.min(image.height - box.height, Math.max(0, box.y));
  return { ...box, x, y };
}
