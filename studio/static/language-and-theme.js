// Runs before the first paint, so that the page never flashes in the wrong language or the wrong theme.
(function () {
  const root = document.documentElement;
  let preferences;
  try {
    preferences = JSON.parse(localStorage.getItem('ganvas.page') || '{}');
  } catch {
    preferences = {};
  }
  const languages = navigator.languages || [navigator.language || 'en'];
  const chinese = languages[0] && languages[0].toLowerCase().indexOf('zh') === 0;
  const chosen = preferences.language === 'zh' || preferences.language === 'en';
  const language = chosen ? preferences.language : chinese ? 'zh' : 'en';
  root.lang = language === 'zh' ? 'zh-Hans' : 'en';
  if (preferences.light === 'light' || preferences.light === 'dark') root.dataset.light = preferences.light;
})();
