// Runs before the first paint, so that the page never flashes in the wrong language or the wrong light.
(function () {
  var root = document.documentElement;
  var kept = {};
  try {
    kept = JSON.parse(localStorage.getItem('ganvas.page') || '{}');
  } catch (error) {
    kept = {};
  }
  var spoken = navigator.languages || [navigator.language || 'en'];
  var chinese = spoken[0] && spoken[0].toLowerCase().indexOf('zh') === 0;
  var language = kept.language === 'zh' || kept.language === 'en' ? kept.language : chinese ? 'zh' : 'en';
  root.lang = language === 'zh' ? 'zh-Hans' : 'en';
  if (kept.light === 'light' || kept.light === 'dark') root.dataset.light = kept.light;
})();
