/** The judge's scores in a style file, made ready to be shown. Knows their names and which way is better. */
import type { MessageKey } from '../language/language.svelte';

/** A score as the judge writes it: its value within its interval. */
export interface ScoreEstimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Score {
  readonly name: string;
  readonly label: MessageKey | null;
  readonly better: 'less' | 'more' | null;
  readonly estimate: ScoreEstimate;
  /** What true works of the artist get, where the judge measured that. */
  readonly works: ScoreEstimate | null;
}

const KNOWN_SCORES: readonly [name: string, label: MessageKey, better: Score['better']][] = [
  ['kernel', 'score.kernel', 'less'],
  ['content', 'score.content', 'less'],
  ['edges', 'score.edges', 'more'],
  ['remembered', 'score.remembered', 'less'],
  ['frechet', 'score.frechet', 'less'],
  ['kernel_aware', 'score.kernel_aware', 'less'],
  ['both', 'score.both', 'less'],
  ['self_similarity', 'score.self_similarity', 'less'],
  ['ssim', 'score.ssim', 'more'],
  ['colour', 'score.colour', null],
  ['checkerboard', 'score.checkerboard', 'less'],
  ['blotches', 'score.blotches', 'less'],
  ['border', 'score.border', 'less'],
  ['grain', 'score.grain', null],
];

/** How many of them say the most. */
export const MAIN_SCORES = 4;

/** The scores that are figures, the chief ones first; ones that this page does not know come last, under their names. */
export function parseScores(scores: Record<string, unknown>): readonly Score[] {
  const works = toRecord(scores.true_works);
  const known = new Set(KNOWN_SCORES.map(([name]) => name));
  const others = Object.keys(scores).filter((name) => !known.has(name));
  const all = [...KNOWN_SCORES, ...others.map((name) => [name, null, null] as const)];
  return all.flatMap(([name, label, better]) => {
    const estimate = scores[name];
    if (!isScoreEstimate(estimate)) return [];
    const theirs = works[name];
    return [{ name, label, better, estimate, works: isScoreEstimate(theirs) ? theirs : null }];
  });
}

/** On how many photos and works the scores stand. */
export function parseDatasetSizes(
  scores: Record<string, unknown>,
): { photos: number; art: number; trained: number } | null {
  const { photos, art, trained } = toRecord(scores.sets);
  if (typeof photos !== 'number' || typeof art !== 'number' || typeof trained !== 'number') return null;
  return { photos, art, trained };
}

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isScoreEstimate(score: unknown): score is ScoreEstimate {
  const { value, low, high } = toRecord(score);
  return [value, low, high].every((each) => typeof each === 'number');
}
