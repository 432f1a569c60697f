/** The controls of a picture: all that decides how it comes out, apart from the photo. A value, never changed in place. */
import type { Colour, Format, Metadata } from '../api/types';

/** A stroke of the brush: points in fractions of the photo's long edge, as is its radius. */
export interface Dab {
  readonly points: readonly (readonly [number, number])[];
  readonly radius: number;
  readonly erase: boolean;
}

/** A mask that was made before, as a picture: nothing but its alpha, 1 where the style goes. */
export interface ImportedMask {
  readonly canvas: OffscreenCanvas;
  /** Another for each, since canvases cannot be compared. */
  readonly key: number;
  readonly erase: false;
}

export type MaskMark = Dab | ImportedMask;

export interface Controls {
  readonly style: string;
  readonly strength: number;
  readonly stroke: number;
  readonly colour: Colour;
  readonly mask: readonly MaskMark[];
}

export interface Output {
  readonly format: Format;
  readonly quality: number;
  readonly metadata: Metadata;
}

export const METADATA_CHOICES: readonly Metadata[] = ['none', 'without-place', 'all'];
export const STROKE_RANGE = { min: 0.5, max: 2 } as const;

export function createControls(style: string): Controls {
  return { style, strength: 1, stroke: 1, colour: 'style', mask: [] };
}

export function isSameControls(one: Controls, other: Controls): boolean {
  return one === other || makeControlsKey(one) === makeControlsKey(other);
}

/** A string that is the same for equal controls: the key that pictures are cached under. */
export function makeControlsKey(controls: Controls): string {
  return JSON.stringify([controls.style, controls.strength, controls.stroke, controls.colour, controls.mask]);
}

export function isDefault(controls: Controls): boolean {
  return isSameControls(controls, createControls(controls.style));
}
