/** The page's words in the language of the person. Messages are files; `t` is the only way to a word on the page. */
import { savePreferences } from '../preferences/preferences';
import en from '../messages/en.json';
import zh from '../messages/zh.json';

export type Language = 'en' | 'zh';
export type MessageKey = keyof typeof en;

const MESSAGES: Record<Language, Record<MessageKey, string>> = { en, zh };
const LOCALES: Record<Language, string> = { en: 'en', zh: 'zh-Hans' };

const current = $state<{ language: Language }>({
  language: document.documentElement.lang.startsWith('zh') ? 'zh' : 'en',
});

export function getLanguage(): Language {
  return current.language;
}

export function setLanguage(next: Language): void {
  current.language = next;
  document.documentElement.lang = LOCALES[next];
  savePreferences({ language: next });
}

/** The message of this key, with `{word}` replaced by the value of that name. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  return MESSAGES[current.language][key].replace(/\{(\w+)\}/g, (placeholder, name: string) =>
    String(values[name] ?? placeholder),
  );
}

/** Words that came with a style, in the page's language where they have it, else in any that they have. */
export function pickTranslation(translations: Record<string, string> | undefined): string {
  if (!translations) return '';
  return translations[current.language] ?? translations.en ?? Object.values(translations)[0] ?? '';
}

export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(LOCALES[current.language], options).format(value);
}

/** A name with years, `(1840-1926)`, which stay on one line. */
export function formatArtist(name: string): string {
  return name.replace(/(\d)-(\d)/g, '$1\u2060–\u2060$2');
}

/** Day and time, and the year where it is another than this. */
export function formatDate(time: number): string {
  const year = new Date(time).getFullYear() === new Date().getFullYear() ? undefined : 'numeric';
  const parts = { year, month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat(LOCALES[current.language], parts).format(time);
}
