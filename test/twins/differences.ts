const UNCHECKED =
  'The documentation and the answers of S3 that people have reported say so; the twin does not look.';
const OTHER_CODE = 'It is refused too, only with another code; nothing of ours depends on which.';

/** Twin → rule → what the twin answers, and why our double does not follow it. docs/contributing.md tells the same in a table. */
export const S3_DIFFERENCES: Record<'moto' | 'localstack', Record<string, [answer: string, why: string]>> = {
  moto: {
    'upload: parts with a CRC32 that the upload did not declare (today, until this rule)': [
      'takes it',
      UNCHECKED,
    ],
    'upload: a part with another algorithm than declared': ['takes it', UNCHECKED],
    'upload: another whole than declared': ['takes it', UNCHECKED],
    'upload: a composite CRC64NVME': ['takes it', UNCHECKED],
    'upload: a composite upload whose list has no checksums': ['takes it', UNCHECKED],
    'upload: parts out of order': [
      'EntityTooSmall',
      'It takes the parts in the order of the list, and then finds the small one.',
    ],
    'upload: parts with a gap': ['takes it', UNCHECKED],
    'upload: a completed upload again': ['Error', OTHER_CODE],
    'upload: an object of another size than stated': ['takes it', UNCHECKED],
    'copy: a range of an object of 5 MiB': ['takes it', UNCHECKED],
    'copy: a range beyond the source': ['takes it', UNCHECKED],
    'write: another checksum than that of the bytes': ['takes it', UNCHECKED],
    'write: a checksum that is none': ['takes it', UNCHECKED],
    'write: a key of 1,025 bytes': ['takes it', UNCHECKED],
    'write: metadata of more than 2 KB': ['takes it', UNCHECKED],
    'write: If-None-Match with a tag': ['takes it', UNCHECKED],
    'write: a deletion of 1,001 keys': ['takes it', UNCHECKED],
    'read: a version that never was': ['NoSuchVersion', OTHER_CODE],
    'read: a token that no listing gave': ['Error', OTHER_CODE],
  },
  localstack: {
    'upload: parts with a gap': ['takes it', UNCHECKED],
    'copy: a range of an object of 5 MiB': ['takes it', UNCHECKED],
    'write: metadata of more than 2 KB': ['takes it', UNCHECKED],
    'write: a deletion of 1,001 keys': ['takes it', UNCHECKED],
    'read: a token that no listing gave': ['takes it', UNCHECKED],
  },
};
