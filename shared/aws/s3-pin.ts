import type { ObjectInfo } from '../ports/object-store.ts';

/** An object as HEAD or a listing shows it, in the port's terms. */
export function objectInfo(key: string, sizeBytes = 0, etag = '', versionId?: string): ObjectInfo {
  const pin = pinOf(etag, versionId);
  return { key, sizeBytes, version: pin.slice(2), pin };
}

/** `v:<version id>` or `e:<ETag>`. If versioning is off, the id is `null` for every content. */
export function pinOf(etag = '', versionId?: string): string {
  return versionId && versionId !== 'null' ? `v:${versionId}` : `e:${etag}`;
}

/** The pin as parameters of a read. */
export function pinned(pin: string | undefined): { VersionId?: string; IfMatch?: string } {
  if (pin === undefined) return {};
  return pin.startsWith('v:') ? { VersionId: pin.slice(2) } : { IfMatch: pin.slice(2) };
}
