/** Which part of the picture is taken home, and at which size: shapes, and boxes that stay within the picture. */
import type { Box } from '../pixels/worker-messages';

export type Shape = 'whole' | 'avatar' | 'phone' | 'desktop';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Cut {
  readonly shape: Shape;
  /** Pixels of what is made; of the whole picture its own. */
  readonly size: Size;
  /** In pixels of the whole picture. */
  readonly box: Box;
}

export interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

const square = (side: number): Size => ({ width: side, height: side });
const wide = (width: number, height: number): Size => ({ width, height });

/** What avatars, screens of phones and screens of desks ask for; the usual one of each is USUAL. */
export const SIZES: Record<Exclude<Shape, 'whole'>, readonly Size[]> = {
  avatar: [128, 256, 400, 512, 1024].map(square),
  phone: [wide(1080, 1920), wide(1080, 2340), wide(1080, 2400), wide(1170, 2532), wide(1290, 2796), wide(1440, 3120)],
  desktop: [wide(1920, 1080), wide(1920, 1200), wide(2560, 1440), wide(3440, 1440), wide(3840, 2160)],
};
const USUAL = { avatar: 3, phone: 3, desktop: 4 } as const;
export const SHAPES: readonly Shape[] = ['whole', 'avatar', 'phone', 'desktop'];
/** A box is at least this share of the largest that fits. */
const LEAST = 0.05;

/** The largest box of this shape, in the middle; an avatar's a little higher, where faces are. */
export function firstCut(shape: Shape, image: Size): Cut {
  const size = shape === 'whole' ? image : SIZES[shape][USUAL[shape]];
  if (shape === 'whole' || !size) return { shape: 'whole', size: image, box: { x: 0, y: 0, ...image } };
  const { width, height } = largest(size, image);
  const above = shape === 'avatar' ? 0.4 : 0.5;
  return { shape, size, box: { x: (image.width - width) / 2, y: (image.height - height) * above, width, height } };
}

/** The same part at another size of its shape: the box keeps its middle and its share of the largest. */
export function sizeCut(cut: Cut, size: Size, image: Size): Cut {
  const most = largest(size, image);
  const share = shareOf(cut, image);
  return { ...cut, size, box: about(cut.box, most.width * share, most.height * share, image) };
}

/** The avatar in this square, given in pixels of a picture that is `across` wide. */
export function faceCut(cut: Cut, { left, top, side }: Square, across: number, image: Size): Cut {
  const scale = image.width / across;
  const most = largest(cut.size, image);
  const edge = Math.min(most.width, Math.max(most.width * LEAST, side * scale));
  return { ...cut, box: about({ x: left * scale, y: top * scale, width: side * scale, height: side * scale }, edge, edge, image) };
}

/** How the server is told which part it is to keep. */
export function sayCut({ shape, box, size }: Cut, image: Size): { cut: string; size: string } {
  if (shape === 'whole') return { cut: '', size: '' };
  const width = Math.min(image.width, Math.max(1, Math.round(box.width)));
  const height = Math.min(image.height, Math.max(1, Math.round(box.height)));
  const left = Math.min(image.width - width, Math.round(box.x));
  const top = Math.min(image.height - height, Math.round(box.y));
  return { cut: [left, top, width, height].join(','), size: `${size.width}x${size.height}` };
}

/** The cut that the server was told; the whole where there was none, or one of a size that is not among SIZES. */
export function readCut(cut: string, size: string, image: Size): Cut {
  const [x, y, width, height] = cut.split(',').map(Number);
  const named = SHAPES.find((shape) => shape !== 'whole' && SIZES[shape].some((one) => `${one.width}x${one.height}` === size));
  if (!named || !cut || x === undefined || y === undefined || !width || !height) return firstCut('whole', image);
  const [across = 1, down = 1] = size.split('x').map(Number);
  return { shape: named, size: wide(across, down), box: hold({ x, y, width, height }, image) };
}

export function moveCut(cut: Cut, dx: number, dy: number, image: Size): Cut {
  return { ...cut, box: hold({ ...cut.box, x: cut.box.x + dx, y: cut.box.y + dy }, image) };
}

/** The box so many times as large, about its own middle. */
export function scaleCut(cut: Cut, by: number, image: Size): Cut {
  if (cut.shape === 'whole') return cut;
  const most = largest(cut.size, image);
  const width = Math.min(most.width, Math.max(most.width * LEAST, cut.box.width * by));
  return { ...cut, box: about(cut.box, width, (width * most.height) / most.width, image) };
}

/** How large the box is, from LEAST to 1. */
export function shareOf(cut: Cut, image: Size): number {
  return cut.shape === 'whole' ? 1 : cut.box.width / largest(cut.size, image).width;
}

function largest(size: Size, image: Size): Size {
  const scale = Math.min(image.width / size.width, image.height / size.height);
  return { width: size.width * scale, height: size.height * scale };
}

function about(box: Box, width: number, height: number, image: Size): Box {
  return hold({ x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height }, image);
}

function hold(box: Box, image: Size): Box {
  const x = Math.min(image.width - box.width, Math.max(0, box.x));
  const y = Math.min(image.height - box.height, Math.max(0, box.y));
  return { ...box, x, y };
}
