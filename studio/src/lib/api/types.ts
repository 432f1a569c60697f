/** What the server says and takes, as `ganvas/web/schemas/pictures.py` has it. */

export type Translations = Record<string, string>;

export interface Style {
  name: string;
  title: Translations;
  kind: string;
  version: number;
  method: string;
  canvas: number;
  artist: string;
  licence: string;
  source: string;
  card: Record<string, Translations>;
  scores: Record<string, unknown>;
  sha256: string;
  preview: string | null;
  /** It was added on this server, and can be removed; the others are built in. */
  added: boolean;
}

/** A style with all that its file says. */
export interface StyleDetails extends Style {
  halo: number | null;
  parity: Record<string, number>;
  recipe: Record<string, unknown>;
  made: Record<string, unknown>;
}

export interface Picture {
  key: string;
  url: string;
  width: number;
  height: number;
  /** Time of making, waiting apart. */
  seconds: number;
}

/** The faces in a photo of this size, each with the square that makes an avatar. */
export interface Faces {
  width: number;
  height: number;
  faces: { square: { left: number; top: number; side: number } }[];
}

export type Format = 'png' | 'jpeg' | 'webp' | 'avif';
export type Colour = 'style' | 'photo';
/** Which of the photo's metadata the picture keeps. */
export type Metadata = 'none' | 'without-place' | 'all';

/** Asked for with this long edge, which is more than pictures have, one is at full size and stays out of the history. */
export const FULL_SIZE_UNSAVED = 16384;

/** A request for one picture: the fields of `POST /api/v1/pictures`. */
export interface PictureRequest {
  photo: Blob;
  name: string;
  style: string;
  strength: number;
  stroke: number;
  colour: Colour;
  mask: Blob | null;
  format: Format;
  quality: number;
  metadata: Metadata;
  longEdge: number | null;
  /** LEFT,TOP,WIDTH,HEIGHT: the part of the picture that is kept, in pixels of the photo; '' is all of it. */
  cut?: string;
  /** WIDTHxHEIGHT of what is kept; '' is its own. */
  size?: string;
}
