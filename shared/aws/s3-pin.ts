import type { ObjectInfo } from '../ports/object-store.ts';

/** What HEAD or a listing says of an object, in our words. */
export function objectInfo(key: string, sizeBytes = 0, etag = '', versionId?: string): ObjectInfo {
  const pin = pinOf(etag, versionId);
  return { key, sizeBytes, version: pin.slice(2), pin };
}

/** `v:<version id>` or `e:<ETag>`. Where versioning is off the id is `null` whatever the content. */
export function pinOf(etag = '', versionId?: string): string {
  return versionId && versionId !== 'null' ? `v:${versionId}` : `e:${etag}`;
}

/** The pin as a read carries it. */
export function pinned(pin: string | undefined): { VersionId?: string; IfMatch?: string } {
  if (pin === undefined) return {};
  return pin.startsWith('v:') ? { VersionId: pin.slice(2) } : { IfMatch: pin.slice(2) };
}
