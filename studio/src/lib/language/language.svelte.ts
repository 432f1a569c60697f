/** The page's words in the language of the person. Messages are files; `t` is the only way to a word on the page. */
import { keep } from '../preferences/preferences';
import en from '../messages/en.json';
import zh from '../messages/zh.json';

export type Language = 'en' | 'zh';
export type Key = keyof typeof en;

const MESSAGES: Record<Language, Record<Key, string>> = { en, zh };
const TAGS: Record<Language, string> = { en: 'en', zh: 'zh-Hans' };

const spoken = $state<{ language: Language }>({
  language: document.documentElement.lang.startsWith('zh') ? 'zh' : 'en',
});

export function language(): Language {
  return spoken.language;
}

export function speak(next: Language): void {
  spoken.language = next;
  document.documentElement.lang = TAGS[next];
  keep({ language: next });
}

/** The message of this key, with `{word}` replaced by the value of that name. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return MESSAGES[spoken.language][key].replace(/\{(\w+)\}/g, (whole, word: string) => String(values[word] ?? whole));
}

/** Words that came with a style, in the page's language where they have it, else in any that they have. */
export function say(words: Record<string, string> | undefined): string {
  if (!words) return '';
  return words[spoken.language] ?? words.en ?? Object.values(words)[0] ?? '';
}

export function number(value: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(TAGS[spoken.language], options).format(value);
}

/** A name with years, `(1840-1926)`, which stay on one line. */
export function lived(name: string): string {
  return name.replace(/(\d)-(\d)/g, '$1\u2060–\u2060$2');
}

/** Day and time, and the year where it is another than this. */
export function day(time: number): string {
  const year = new Date(time).getFullYear() === new Date().getFullYear() ? undefined : 'numeric';
  const parts = { year, month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat(TAGS[spoken.language], parts).format(time);
}
