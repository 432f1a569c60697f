/** A look: all that decides how a picture comes out, apart from the photo. A value, never changed in place. */
import type { Colour, Format, Metadata } from '../api/types';

/** A stroke of the brush: points in fractions of the photo's long edge, as is its radius. */
export interface Dab {
  readonly points: readonly (readonly [number, number])[];
  readonly radius: number;
  readonly erase: boolean;
}

/** A mask that was made before, as a picture: nothing but its alpha, 1 where the style goes. */
export interface Print {
  readonly print: OffscreenCanvas;
  /** Another for each, since pictures have no words to compare. */
  readonly key: number;
  readonly erase: false;
}

export type Mark = Dab | Print;

export interface Look {
  readonly style: string;
  readonly strength: number;
  readonly stroke: number;
  readonly colour: Colour;
  readonly mask: readonly Mark[];
}

export interface Output {
  readonly format: Format;
  readonly quality: number;
  readonly metadata: Metadata;
}

export const METADATA: readonly Metadata[] = ['none', 'without-place', 'all'];
export const STROKES = { least: 0.5, most: 2 } as const;

export function firstLook(style: string): Look {
  return { style, strength: 1, stroke: 1, colour: 'style', mask: [] };
}

export function sameLook(one: Look, other: Look): boolean {
  return one === other || nameLook(one) === nameLook(other);
}

/** A word that is the same for equal looks: what pictures are kept under. */
export function nameLook(look: Look): string {
  return JSON.stringify([look.style, look.strength, look.stroke, look.colour, look.mask]);
}

export function isFirst(look: Look): boolean {
  return sameLook(look, firstLook(look.style));
}
