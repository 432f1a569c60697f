import { describe, expect, it } from 'vitest';
import {
  CROP_SIZES,
  createCrop,
  cropFace,
  formatCrop,
  getCropShare,
  moveCrop,
  parseCrop,
  resizeCrop,
  scaleCrop,
} from '$lib/studio/crop';

const IMAGE = { width: 1800, height: 1200 };

describe('a new crop', () => {
  it('of the whole picture is all of it, at its own size', () => {
    expect(createCrop('whole', IMAGE)).toEqual({ shape: 'whole', size: IMAGE, box: { x: 0, y: 0, ...IMAGE } });
  });

  it('of an avatar is the largest square, in the middle across', () => {
    const { size, box } = createCrop('avatar', IMAGE);
    expect(size).toEqual({ width: 512, height: 512 });
    expect(box).toEqual({ x: 300, y: 0, width: 1200, height: 1200 });
  });

  it('of an avatar lies higher than the middle of a tall picture, where faces are', () => {
    const { box } = createCrop('avatar', { width: 1000, height: 2000 });
    expect(box.y).toBeCloseTo(400);
  });

  it.each(['phone', 'desktop'] as const)('of a %s has the proportions of its screen and touches two edges', (shape) => {
    const { size, box } = createCrop(shape, IMAGE);
    expect(box.width / box.height).toBeCloseTo(size.width / size.height);
    expect(Math.max(box.width / IMAGE.width, box.height / IMAGE.height)).toBeCloseTo(1);
  });
});

describe('a crop that is moved', () => {
  it('goes where it is moved', () => {
    const { box } = moveCrop(createCrop('avatar', IMAGE), -100, 0, IMAGE);
    expect(box.x).toBe(200);
  });

  it('stays within the picture', () => {
    const crop = createCrop('avatar', IMAGE);
    expect(moveCrop(crop, 9999, 9999, IMAGE).box).toEqual({ x: 600, y: 0, width: 1200, height: 1200 });
    expect(moveCrop(crop, -9999, -9999, IMAGE).box).toEqual({ x: 0, y: 0, width: 1200, height: 1200 });
  });
});

describe('a crop that is scaled', () => {
  it('keeps its middle', () => {
    const { box } = scaleCrop(createCrop('avatar', IMAGE), 0.5, IMAGE);
    expect(box).toEqual({ x: 600, y: 300, width: 600, height: 600 });
  });

  it('never grows beyond the picture, and never shrinks to nothing', () => {
    const crop = createCrop('avatar', IMAGE);
    expect(getCropShare(scaleCrop(crop, 100, IMAGE), IMAGE)).toBe(1);
    expect(getCropShare(scaleCrop(crop, 0.0001, IMAGE), IMAGE)).toBeCloseTo(0.05);
  });

  it('is still the whole picture where it was the whole picture', () => {
    const crop = createCrop('whole', IMAGE);
    expect(scaleCrop(crop, 0.5, IMAGE)).toBe(crop);
  });
});

it('another size keeps the middle of the box and its share of the largest', () => {
  const half = scaleCrop(createCrop('phone', IMAGE), 0.5, IMAGE);
  const other = resizeCrop(half, CROP_SIZES.phone[0]!, IMAGE);
  expect(getCropShare(other, IMAGE)).toBeCloseTo(0.5);
  expect(other.box.x + other.box.width / 2).toBeCloseTo(half.box.x + half.box.width / 2);
});

describe('a crop around a face', () => {
  it('is given in pixels of a reduced photo, and lies on the same face of the photo itself', () => {
    const { box } = cropFace(createCrop('avatar', IMAGE), { left: 100, top: 50, side: 200 }, 900, IMAGE);
    expect(box).toEqual({ x: 200, y: 100, width: 400, height: 400 });
  });

  it('stays within the picture where the face is at its border', () => {
    const { box } = cropFace(createCrop('avatar', IMAGE), { left: -50, top: -50, side: 200 }, 900, IMAGE);
    expect(box).toEqual({ x: 0, y: 0, width: 400, height: 400 });
  });
});

describe('what the server is told', () => {
  it('is nothing for the whole picture', () => {
    expect(formatCrop(createCrop('whole', IMAGE), IMAGE)).toEqual({ cut: '', size: '' });
  });

  it('is a box of whole pixels within the picture, and the size of the result', () => {
    const crop = moveCrop(scaleCrop(createCrop('desktop', IMAGE), 1 / 3, IMAGE), 0.4, 0.4, IMAGE);
    const { cut, size } = formatCrop(crop, IMAGE);
    expect(cut).toMatch(/^\d+,\d+,\d+,\d+$/);
    expect(size).toBe('3840x2160');
  });

  it('comes back as the same crop', () => {
    const crop = moveCrop(scaleCrop(createCrop('avatar', IMAGE), 0.5, IMAGE), 50, 20, IMAGE);
    const { cut, size } = formatCrop(crop, IMAGE);
    expect(parseCrop(cut, size, IMAGE)).toEqual(crop);
  });

  it.each([
    ['', ''],
    ['0,0,10,10', '33x44'],
    ['a,b,c,d', '512x512'],
    ['0,0,0,10', '512x512'],
  ])('is read as the whole picture where it makes no sense: %s, %s', (cut, size) => {
    expect(parseCrop(cut, size, IMAGE)).toEqual(createCrop('whole', IMAGE));
  });
});
