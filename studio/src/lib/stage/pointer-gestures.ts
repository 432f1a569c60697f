/** Turns pointer events on the stage into gestures: one pointer drags, two pinch, a wheel zooms. */

export interface GestureHandlers {
  /** A drag begins: says whether it is the divider's, the brush's or the picture's. */
  startDrag: (x: number, y: number) => 'split' | 'brush' | 'pan';
  moveDivider: (x: number, y: number) => void;
  moveBrush: (x: number, y: number, first: boolean) => void;
  endStroke: () => void;
  pan: (dx: number, dy: number) => void;
  zoom: (factor: number, x: number, y: number) => void;
  doubleClick: (x: number, y: number) => void;
  hover: (x: number, y: number) => void;
}

interface Point {
  x: number;
  y: number;
}

/** Listens to pointers and wheel on the element. Svelte attachment: returns what stops it. */
export function listenToPointers(handlers: GestureHandlers): (element: HTMLElement) => () => void {
  return (element) => {
    const abort = new AbortController();
    const listenerOptions = { signal: abort.signal };
    const pointers = new Map<number, Point>();
    let drag: 'split' | 'brush' | 'pan' | null = null;

    const toPoint = (event: MouseEvent): Point => {
      const box = element.getBoundingClientRect();
      return { x: event.clientX - box.x, y: event.clientY - box.y };
    };

    const endDrag = () => {
      if (drag === 'brush') handlers.endStroke();
      drag = null;
    };

    element.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button > 1) return;
        const point = toPoint(event);
        element.setPointerCapture(event.pointerId);
        pointers.set(event.pointerId, point);
        if (pointers.size > 1) return endDrag();
        drag = event.button === 1 ? 'pan' : handlers.startDrag(point.x, point.y);
        if (drag === 'brush') handlers.moveBrush(point.x, point.y, true);
      },
      listenerOptions,
    );

    element.addEventListener(
      'pointermove',
      (event) => {
        const point = toPoint(event);
        handlers.hover(point.x, point.y);
        const before = pointers.get(event.pointerId);
        if (!before) return;
        if (pointers.size === 2) pinch(event.pointerId, before, point);
        else if (drag === 'split') handlers.moveDivider(point.x, point.y);
        else if (drag === 'brush') handlers.moveBrush(point.x, point.y, false);
        else if (drag === 'pan') handlers.pan(point.x - before.x, point.y - before.y);
        pointers.set(event.pointerId, point);
      },
      listenerOptions,
    );

    const pinch = (id: number, before: Point, now: Point) => {
      const other = [...pointers].find(([key]) => key !== id)?.[1];
      if (!other) return;
      const distanceBefore = Math.hypot(before.x - other.x, before.y - other.y);
      const distanceNow = Math.hypot(now.x - other.x, now.y - other.y);
      handlers.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
      if (distanceBefore > 8) handlers.zoom(distanceNow / distanceBefore, (now.x + other.x) / 2, (now.y + other.y) / 2);
    };

    const releasePointer = (event: PointerEvent) => {
      pointers.delete(event.pointerId);
      if (pointers.size === 0) endDrag();
    };
    element.addEventListener('pointerup', releasePointer, listenerOptions);
    element.addEventListener('pointercancel', releasePointer, listenerOptions);

    element.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        const point = toPoint(event);
        const lines = event.deltaMode === 1 ? 24 : 1;
        handlers.zoom(Math.exp((-event.deltaY * lines) / 480), point.x, point.y);
      },
      { ...listenerOptions, passive: false },
    );

    element.addEventListener(
      'dblclick',
      (event) => {
        const point = toPoint(event);
        handlers.doubleClick(point.x, point.y);
      },
      listenerOptions,
    );
    return () => abort.abort();
  };
}
