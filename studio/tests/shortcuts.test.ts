import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handleKeyDown, handleKeyUp } from '$lib/shortcuts/handle-keys';
import { shortcuts } from '$lib/shortcuts/registry.svelte';

let log: string[] = [];
let active = true;

beforeEach(() => {
  log = [];
  active = true;
  shortcuts.groups = [];
  shortcuts.setLettersEnabled(true);
  shortcuts.register([
    {
      label: 'keys.photo',
      shortcuts: [
        { keys: ['n'], label: 'keys.photo.next', isActive: () => active, run: () => log.push('next') },
        { keys: ['mod+z'], label: 'do.undo', run: () => log.push('undo') },
        { keys: ['mod+shift+z', 'mod+y'], label: 'do.redo', run: () => log.push('redo') },
        { keys: ['o'], label: 'keys.before', run: () => log.push('hold'), onRelease: () => log.push('release') },
      ],
    },
    { label: 'nav.jobs', shortcuts: [{ keys: ['n'], label: 'keys.jobs.next', run: () => log.push('next job') }] },
  ]);
});
afterEach(() => document.body.replaceChildren());

function press(key: string, options: KeyboardEventInit = {}, target: EventTarget = document.body): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, cancelable: true, bubbles: true, ...options });
  document.addEventListener('keydown', handleKeyDown as EventListener, { once: true });
  target.dispatchEvent(event);
  document.removeEventListener('keydown', handleKeyDown as EventListener);
  return event;
}

describe('a pressed key', () => {
  it('runs the first shortcut that is active now, and nothing of the browser', () => {
    expect(press('n').defaultPrevented).toBe(true);
    active = false;
    press('n');
    expect(log).toEqual(['next', 'next job']);
  });

  it('that is nobody’s is left to the browser', () => {
    expect(press('q').defaultPrevented).toBe(false);
  });

  it('is known by Ctrl and by the Mac’s command key, with and without Shift', () => {
    press('z', { ctrlKey: true });
    press('Z', { metaKey: true, shiftKey: true });
    press('y', { ctrlKey: true });
    expect(log).toEqual(['undo', 'redo', 'redo']);
  });

  it('is text in a text field', () => {
    const input = document.body.appendChild(document.createElement('input'));
    press('n', {}, input);
    expect(log).toEqual([]);
  });

  it('belongs to a dialog while one is open', () => {
    document.body.innerHTML = '<div role="dialog" data-state="open"></div>';
    press('n');
    expect(log).toEqual([]);
  });

  it('does nothing alone where letters are switched off, and still does with Ctrl', () => {
    shortcuts.setLettersEnabled(false);
    press('n');
    press('z', { ctrlKey: true });
    expect(log).toEqual(['undo']);
  });

  it('that is held runs once, and ends when it is let go', () => {
    press('o');
    press('o', { repeat: true });
    handleKeyUp(new KeyboardEvent('keyup', { key: 'o' }));
    expect(log).toEqual(['hold', 'release']);
  });
});

it('a group that registers again takes the place of the one before', () => {
  shortcuts.register([{ label: 'nav.jobs', shortcuts: [] }]);
  expect(shortcuts.groups.map(({ label }) => label)).toEqual(['keys.photo', 'nav.jobs']);
  active = false;
  press('n');
  expect(log).toEqual([]);
});
