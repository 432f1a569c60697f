import { describe, expect, it } from 'vitest';
import { createControls, isDefault, isSameControls, makeControlsKey, type Dab } from '$lib/studio/controls';

const DAB: Dab = { points: [[0.1, 0.2]], radius: 0.04, erase: false };

describe('controls', () => {
  it('begin with the style as its painter has it, everywhere on the photo', () => {
    expect(createControls('monet')).toEqual({ style: 'monet', strength: 1, stroke: 1, colour: 'style', mask: [] });
    expect(isDefault(createControls('monet'))).toBe(true);
  });

  it.each([{ strength: 0.5 }, { stroke: 2 }, { colour: 'photo' as const }, { mask: [DAB] }])(
    'are no longer the defaults with %j',
    (changes) => {
      expect(isDefault({ ...createControls('monet'), ...changes })).toBe(false);
    },
  );

  it('are the same where every value is the same, whichever object holds them', () => {
    const one = { ...createControls('monet'), mask: [DAB] };
    const other = { ...createControls('monet'), mask: [{ ...DAB }] };
    expect(isSameControls(one, other)).toBe(true);
    expect(makeControlsKey(one)).toBe(makeControlsKey(other));
  });

  it('differ by style, and by a mark of the brush', () => {
    const one = createControls('monet');
    expect(isSameControls(one, createControls('ukiyoe'))).toBe(false);
    expect(isSameControls({ ...one, mask: [DAB] }, { ...one, mask: [{ ...DAB, erase: true }] })).toBe(false);
  });

  it('differ by an imported mask, whose pixels cannot be compared', () => {
    const canvas = {} as OffscreenCanvas;
    const [one, other] = [1, 2].map((key) => ({
      ...createControls('monet'),
      mask: [{ canvas, key, erase: false as const }],
    }));
    expect(isSameControls(one!, other!)).toBe(false);
  });
});
