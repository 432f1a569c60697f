import { describe, expect, it } from 'vitest';
import { UndoStack } from '$lib/studio/undo-stack.svelte';

describe('an undo stack', () => {
  it('goes back and forth between its values', () => {
    const stack = new UndoStack(1);
    stack.change(2);
    stack.change(3);
    stack.undo();
    expect(stack.now).toBe(2);
    stack.undo();
    expect(stack.now).toBe(1);
    stack.redo();
    stack.redo();
    expect(stack.now).toBe(3);
  });

  it('stays where it is at either end', () => {
    const stack = new UndoStack(1);
    expect([stack.canUndo, stack.canRedo]).toEqual([false, false]);
    stack.undo();
    stack.redo();
    expect(stack.now).toBe(1);
  });

  it('undoes the changes of one gesture as one', () => {
    const stack = new UndoStack(0);
    for (const value of [1, 2, 3]) stack.change(value, 'strength');
    stack.undo();
    expect(stack.now).toBe(0);
  });

  it('tells two gestures of the same kind apart where the first has ended', () => {
    const stack = new UndoStack(0);
    stack.change(1, 'strength');
    stack.endGesture();
    stack.change(2, 'strength');
    stack.undo();
    expect(stack.now).toBe(1);
  });

  it('forgets what was undone once something else is done', () => {
    const stack = new UndoStack(1);
    stack.change(2);
    stack.undo();
    stack.change(3);
    expect(stack.canRedo).toBe(false);
    stack.undo();
    expect(stack.now).toBe(1);
  });

  it('has no past after a new beginning', () => {
    const stack = new UndoStack(1);
    stack.change(2);
    stack.restart(7);
    expect([stack.now, stack.canUndo, stack.canRedo]).toEqual([7, false, false]);
  });

  it('keeps a past of some hundred steps and not more', () => {
    const stack = new UndoStack(0);
    for (let value = 1; value <= 1000; value += 1) stack.change(value);
    let steps = 0;
    for (; stack.canUndo; steps += 1) stack.undo();
    expect(steps).toBe(201);
    expect(stack.now).toBe(1000 - steps);
  });
});
