import { describe, expect, it } from 'vitest';
import { parseDatasetSizes, parseScores } from '$lib/styles/parse-scores';

const score = (value: number) => ({ value, low: value - 1, high: value + 1 });

describe('the scores of a style file', () => {
  it('come in the order of their weight, unknown ones last under their own names', () => {
    const scores = parseScores({ brand_new: score(1), grain: score(2), kernel: score(3) });
    expect(scores.map(({ name, label }) => [name, label])).toEqual([
      ['kernel', 'score.kernel'],
      ['grain', 'score.grain'],
      ['brand_new', null],
    ]);
  });

  it('have what true works get beside them, where that was measured', () => {
    const [kernel, content] = parseScores({ kernel: score(3), content: score(4), true_works: { kernel: score(1) } });
    expect(kernel!.works).toEqual(score(1));
    expect(content!.works).toBeNull();
  });

  it('leave out what is no score', () => {
    expect(parseScores({ kernel: 3, content: { value: 1 }, sets: { photos: 1 }, edges: null })).toEqual([]);
  });
});

it('the sizes of the sets are told only where all are there', () => {
  expect(parseDatasetSizes({ sets: { photos: 10, art: 20, trained: 30 } })).toEqual({
    photos: 10,
    art: 20,
    trained: 30,
  });
  expect(parseDatasetSizes({ sets: { photos: 10 } })).toBeNull();
  expect(parseDatasetSizes({})).toBeNull();
});
