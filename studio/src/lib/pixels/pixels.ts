/** Pictures as pixels: the page's side of the worker that decodes, reduces and cuts them. */
import type { Answer, Box, Call, Calls, Name } from './worker-messages';

type Settle = { give: (value: unknown) => void; fail: (reason: Error) => void };

let worker: Worker | null = null;
let turn = 0;
const open = new Map<number, Settle>();

function start(): Worker {
  const made = new Worker(new URL('./pixels.worker.ts', import.meta.url), { type: 'module' });
  made.onmessage = (event: MessageEvent<Answer>) => {
    const settle = open.get(event.data.turn);
    open.delete(event.data.turn);
    if ('wrong' in event.data) settle?.fail(new Error(event.data.wrong));
    else settle?.give(event.data.gives);
  };
  return made;
}

function call<N extends Name>(name: N, asks: Calls[N]['asks']): Promise<Calls[N]['gives']> {
  worker ??= start();
  turn += 1;
  const mine = turn;
  return new Promise((give, fail) => {
    open.set(mine, { give: give as Settle['give'], fail });
    worker?.postMessage({ turn: mine, call: { name, ...asks } as Call });
  });
}

/** A decoded picture that lives in the worker: upright, in sRGB, of `width` x `height` pixels. */
export class Pixels {
  private constructor(
    private readonly id: number,
    readonly width: number,
    readonly height: number,
    /** Nothing shines through it. */
    readonly opaque: boolean,
  ) {}

  /** Rejects where the browser cannot read the format. */
  static async open(blob: Blob): Promise<Pixels> {
    const { id, width, height, opaque } = await call('open', { blob });
    return new Pixels(id, width, height, opaque);
  }

  get longEdge(): number {
    return Math.max(this.width, this.height);
  }

  /** The whole as a JPEG, or a WebP where something shines through, of at most `longEdge` pixels. */
  reduce(longEdge: number): Promise<Blob> {
    return call('reduce', { id: this.id, longEdge, opaque: this.opaque });
  }

  /** The box of this picture, in its own pixels, as a bitmap of `width` x `height`. */
  part(box: Box, width: number, height: number): Promise<ImageBitmap> {
    return call('part', { id: this.id, box, width, height });
  }

  whole(longEdge: number): Promise<ImageBitmap> {
    const share = Math.min(1, longEdge / this.longEdge);
    const box = { x: 0, y: 0, width: this.width, height: this.height };
    return this.part(box, Math.max(1, Math.round(this.width * share)), Math.max(1, Math.round(this.height * share)));
  }

  close(): void {
    void call('close', { id: this.id });
  }
}
