/** What the page asks of the pixel worker, and what it gets back. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Calls {
  open: { asks: { blob: Blob }; gives: { id: number; width: number; height: number; opaque: boolean } };
  reduce: { asks: { id: number; longEdge: number; opaque: boolean }; gives: Blob };
  part: { asks: { id: number; box: Box; width: number; height: number }; gives: ImageBitmap };
  close: { asks: { id: number }; gives: null };
}

export type Name = keyof Calls;
export type Call = { [N in Name]: { name: N } & Calls[N]['asks'] }[Name];
export interface Request {
  turn: number;
  call: Call;
}
export type Answer = { turn: number; gives: unknown } | { turn: number; wrong: string };
