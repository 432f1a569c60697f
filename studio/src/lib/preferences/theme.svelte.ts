/** Light or dark: as the system has it until the person says otherwise. */
import { keep, recall } from './preferences';

const system = window.matchMedia('(prefers-color-scheme: dark)');
const shown = $state({ dark: isDark() });

function isDark(): boolean {
  const chosen = recall().light;
  return chosen ? chosen === 'dark' : system.matches;
}

system.addEventListener('change', () => (shown.dark = isDark()));

export function dark(): boolean {
  return shown.dark;
}

export function turnLight(): void {
  const light = shown.dark ? 'light' : 'dark';
  keep({ light });
  document.documentElement.dataset.light = light;
  shown.dark = light === 'dark';
}
