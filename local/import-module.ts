/** Imports a module by its URL. A bundle's script is given this function, because V8 lets a script import nothing. */
export function importModule<T>(url: URL): Promise<T> {
  return import(url.href);
}
