/** The view of the stage that is on the page now, for keys that zoom. */
import type { StageView } from './stage-view.svelte';

export const currentView = $state<{ now: StageView | null }>({ now: null });
