/** What the page asks of the pixel worker, and what it gets back. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface WorkerCalls {
  open: { args: { blob: Blob }; result: { id: number; width: number; height: number; opaque: boolean } };
  reduce: { args: { id: number; longEdge: number; opaque: boolean }; result: Blob };
  crop: { args: { id: number; box: Box; width: number; height: number }; result: ImageBitmap };
  close: { args: { id: number }; result: null };
}

export type CallName = keyof WorkerCalls;
export type WorkerCall = { [N in CallName]: { name: N } & WorkerCalls[N]['args'] }[CallName];
export interface WorkerRequest {
  callId: number;
  call: WorkerCall;
}
export type WorkerReply = { callId: number; result: unknown } | { callId: number; error: string };
