/** What pointers do on the stage: one drags, two pinch, a wheel zooms. Says what was meant, not what follows. */

export interface Meaning {
  /** A drag begins: says whether it is the divider's, the brush's or the picture's. */
  begin: (x: number, y: number) => 'split' | 'brush' | 'pan';
  split: (x: number, y: number) => void;
  brush: (x: number, y: number, first: boolean) => void;
  brushed: () => void;
  pan: (dx: number, dy: number) => void;
  zoom: (factor: number, x: number, y: number) => void;
  twice: (x: number, y: number) => void;
  over: (x: number, y: number) => void;
}

interface Point {
  x: number;
  y: number;
}

/** Listens to pointers and wheel on the element. Svelte attachment: returns what stops it. */
export function hands(meaning: Meaning): (element: HTMLElement) => () => void {
  return (element) => {
    const stop = new AbortController();
    const on = { signal: stop.signal };
    const down = new Map<number, Point>();
    let drag: 'split' | 'brush' | 'pan' | null = null;

    const at = (event: MouseEvent): Point => {
      const box = element.getBoundingClientRect();
      return { x: event.clientX - box.x, y: event.clientY - box.y };
    };

    const finish = () => {
      if (drag === 'brush') meaning.brushed();
      drag = null;
    };

    element.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button > 1) return;
        const point = at(event);
        element.setPointerCapture(event.pointerId);
        down.set(event.pointerId, point);
        if (down.size > 1) return finish();
        drag = event.button === 1 ? 'pan' : meaning.begin(point.x, point.y);
        if (drag === 'brush') meaning.brush(point.x, point.y, true);
      },
      on,
    );

    element.addEventListener(
      'pointermove',
      (event) => {
        const point = at(event);
        meaning.over(point.x, point.y);
        const before = down.get(event.pointerId);
        if (!before) return;
        if (down.size === 2) pinch(event.pointerId, before, point);
        else if (drag === 'split') meaning.split(point.x, point.y);
        else if (drag === 'brush') meaning.brush(point.x, point.y, false);
        else if (drag === 'pan') meaning.pan(point.x - before.x, point.y - before.y);
        down.set(event.pointerId, point);
      },
      on,
    );

    const pinch = (id: number, before: Point, now: Point) => {
      const other = [...down].find(([key]) => key !== id)?.[1];
      if (!other) return;
      const was = Math.hypot(before.x - other.x, before.y - other.y);
      const is = Math.hypot(now.x - other.x, now.y - other.y);
      meaning.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
      if (was > 8) meaning.zoom(is / was, (now.x + other.x) / 2, (now.y + other.y) / 2);
    };

    const up = (event: PointerEvent) => {
      down.delete(event.pointerId);
      if (down.size === 0) finish();
    };
    element.addEventListener('pointerup', up, on);
    element.addEventListener('pointercancel', up, on);

    element.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        const point = at(event);
        const lines = event.deltaMode === 1 ? 24 : 1;
        meaning.zoom(Math.exp((-event.deltaY * lines) / 480), point.x, point.y);
      },
      { ...on, passive: false },
    );

    element.addEventListener(
      'dblclick',
      (event) => {
        const point = at(event);
        meaning.twice(point.x, point.y);
      },
      on,
    );
    return () => stop.abort();
  };
}
