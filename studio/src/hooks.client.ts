/** What the page does with errors that no part of it expected. */
import type { HandleClientError } from '@sveltejs/kit';

/** An address that is none is no failure of the page: it is shown and not reported. */
export const handleError: HandleClientError = ({ error, status, message }) => {
  if (status !== 404) console.error(error);
  return { message };
};
