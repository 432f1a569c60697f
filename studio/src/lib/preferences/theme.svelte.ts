/** Light or dark: as the system has it until the person chooses. */
import { savePreferences, loadPreferences } from './preferences';

const system = window.matchMedia('(prefers-color-scheme: dark)');
const theme = $state({ isDark: readIsDark() });

function readIsDark(): boolean {
  const chosen = loadPreferences().light;
  return chosen ? chosen === 'dark' : system.matches;
}

system.addEventListener('change', () => (theme.isDark = readIsDark()));

export function isDark(): boolean {
  return theme.isDark;
}

export function toggleTheme(): void {
  const light = theme.isDark ? 'light' : 'dark';
  savePreferences({ light });
  document.documentElement.dataset.light = light;
  theme.isDark = light === 'dark';
}
