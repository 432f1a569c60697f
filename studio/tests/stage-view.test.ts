import { beforeEach, describe, expect, it } from 'vitest';
import { intersect } from '$lib/stage/draw-layer';
import { StageView } from '$lib/stage/stage-view.svelte';

let view: StageView;

beforeEach(() => {
  view = new StageView();
  Object.assign(view, { width: 1000, height: 800, margin: 0, image: { width: 2000, height: 1000 } });
});

describe('a picture on the stage', () => {
  it('fits it at first, in the middle', () => {
    expect(view.isFitted).toBe(true);
    expect(view.locatePicture(view.panes[0])).toEqual({ x: 0, y: 150, width: 1000, height: 500 });
  });

  it('is not blown up to fill the stage where it is small', () => {
    view.image = { width: 10, height: 10 };
    expect(view.locatePicture(view.panes[0]).width).toBe(30);
  });

  it('is zoomed about the point under the pointer', () => {
    const before = view.toPicturePoint(250, 400);
    view.zoomTo(1, 250, 400);
    const after = view.toPicturePoint(250, 400);
    expect(view.share).toBe(1);
    expect(after[0]).toBeCloseTo(before[0]);
    expect(after[1]).toBeCloseTo(before[1]);
  });

  it('is zoomed pixel by pixel of the device, not of the page', () => {
    view.pixelRatio = 2;
    view.zoomTo(1);
    expect(view.scale).toBe(0.5);
  });

  it('has limits of its zoom at both ends', () => {
    view.zoomTo(1000);
    expect(view.share).toBe(16);
    view.zoomTo(0.0001);
    expect(view.isFitted).toBe(true);
  });

  it('is moved only while it is larger than the stage', () => {
    view.pan(50, 50);
    expect(view.locatePicture(view.panes[0]).x).toBe(0);
    view.zoomTo(1);
    const { x } = view.locatePicture(view.panes[0]);
    view.pan(50, 0);
    expect(view.locatePicture(view.panes[0]).x).toBeCloseTo(x + 50);
  });

  it('cannot be moved out of sight', () => {
    view.zoomTo(1);
    view.pan(99999, 99999);
    expect(view.locatePicture(view.panes[0])).toMatchObject({ x: 500, y: 400 });
  });
});

describe('two panes', () => {
  beforeEach(() => (view.sideBySide = true));

  it('stand side by side for a tall picture, and above one another for a wide one', () => {
    expect(view.panes).toEqual([
      { x: 0, y: 0, width: 1000, height: 399 },
      { x: 0, y: 401, width: 1000, height: 399 },
    ]);
    view.image = { width: 1000, height: 2000 };
    expect(view.panes).toEqual([
      { x: 0, y: 0, width: 499, height: 800 },
      { x: 501, y: 0, width: 499, height: 800 },
    ]);
  });

  it('have the same point of the picture under the same point of each', () => {
    const [first, second] = view.panes;
    expect(view.findPane(10, 500)).toEqual(second);
    const above = view.toPicturePoint(first.x + 300, first.y + 100);
    const below = view.toPicturePoint(second!.x + 300, second!.y + 100);
    expect(below[0]).toBeCloseTo(above[0]);
    expect(below[1]).toBeCloseTo(above[1]);
  });
});

it('what two boxes share is within both, and empty where they do not meet', () => {
  const box = { x: 0, y: 0, width: 10, height: 10 };
  expect(intersect(box, { x: 5, y: -5, width: 20, height: 10 })).toEqual({ x: 5, y: 0, width: 5, height: 5 });
  expect(intersect(box, { x: 50, y: 50, width: 5, height: 5 })).toMatchObject({ width: 0, height: 0 });
});
