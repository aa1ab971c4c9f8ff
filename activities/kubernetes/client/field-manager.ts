/** Under this name the API server remembers what nightshift wrote. */
export const FIELD_MANAGER = 'nightshift';
