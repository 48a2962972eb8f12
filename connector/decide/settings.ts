import * as z from 'zod';
import {
  BESIDE_NAME,
  DATED_NAME,
  KEY_PARTS,
  keyTemplateProblem,
  placeholderProblem,
} from './placeholders.ts';

/** Hours of the day as `HH:mm`. */
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time as HH:mm');
const positive = z.number().positive();
const count = z.int().min(1);
/** A text with placeholders, of which only these have a meaning there. */
const filled = (known: readonly string[]) =>
  z
    .string()
    .min(1)
    .superRefine((given, context) => {
      const message = placeholderProblem(given, known);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    });
/** A pattern of names: shared/keys/name-pattern.ts. */
const pattern = filled(DATED_NAME);
const beside = filled(BESIDE_NAME);

/** When a file counts as finished. Every way also needs two looks that agree. */
const finished = z.discriminatedUnion('by', [
  /** A file beside it says so: `{name}` and `{stem}` of the data file, `{yyyyMMdd}`. */
  z.strictObject({ by: z.literal('marker'), name: beside }),
  /** The sender's day manifest beside it states its size and its checksum. */
  z.strictObject({ by: z.literal('manifest'), name: beside }),
  /** It is written under another name, or in another folder, and renamed once it is whole. */
  z.strictObject({ by: z.literal('rename') }),
  /** Its size, times and inode have been the same for so long. */
  z.strictObject({
    by: z.literal('rest'),
    minutes: positive.default(10),
    looks: z.int().min(2).default(3),
  }),
]);

const files = z
  .strictObject({
    /** Below a source's folder: `{yyyyMMdd}/contratos_{yyyyMMdd}_*.txt`. */
    pattern,
    /** Names of files that are left alone although the pattern fits: `*.tmp`. */
    except: z.array(pattern).default([]),
    /** Layout of the files, as in `layouts/` or a path: for record counts from trailers, and for conversions. */
    layout: z.string().optional(),
    /** `{yyyy}` `{MM}` `{dd}` `{yyyyMMdd}` `{yyyy-MM-dd}` `{name}` `{stem}` `{path}` */
    key: filled(KEY_PARTS).default('year={yyyy}/month={MM}/day={dd}/{name}'),
    finished,
    /** Compresses the file on its way, in frames that can be read one by one; its key then ends in `.zst`. */
    compress: z.literal('zstd').optional(),
    /** The files of a day: their number, or their names with `{yyyyMMdd}`. */
    expected: z.union([count, z.array(pattern).min(1)]).optional(),
    /** Name of the day manifest that the connector writes beside them once they are complete. */
    dayManifest: pattern.optional(),
    /** Hours after which a file that arrived is removed from the source; never, if it is not given. */
    removeAfterHours: positive.optional(),
  })
  .superRefine(({ key, pattern }, context) => {
    const message = keyTemplateProblem(key, pattern);
    if (message !== undefined) context.addIssue({ code: 'custom', message, path: ['key'] });
  });

const login = {
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).optional(),
  user: z.string().min(1),
  /** Name of the environment variable that holds the password, or the passphrase of the key. */
  passwordVariable: z.string().optional(),
  folder: z.string().default('.'),
};
const sftp = z.strictObject({
  ...login,
  keyFile: z.string().optional(),
  /** Fingerprint of the host's key, as `ssh-keygen -lf` prints it: `SHA256:…`. */
  hostKey: z.string().startsWith('SHA256:', 'must be a fingerprint as ssh-keygen -lf prints it: SHA256:…'),
});
const ftps = z.strictObject({
  ...login,
  /** TLS from the first byte (port 990) instead of AUTH TLS. */
  implicit: z.boolean().default(false),
  /** Certificates to trust, if the system does not know the issuer. */
  caFile: z.string().optional(),
  /** Sent before every transfer: `SITE RDW` keeps the lengths of records of a z/OS data set. */
  site: z.array(z.string()).default([]),
});
const source = z
  .strictObject({
    folder: z.string().min(1).optional(),
    /** For so long, the mount of the folder may show sizes and times that are over. */
    attributeSeconds: z.number().min(0).max(3_600).optional(),
    sftp: sftp.optional(),
    ftps: ftps.optional(),
  })
  .refine(
    ({ folder, sftp, ftps }) => [folder, sftp, ftps].filter(Boolean).length === 1,
    'must have one of folder, sftp, ftps',
  )
  .refine(
    ({ folder, attributeSeconds }) => attributeSeconds === undefined || folder !== undefined,
    'attributeSeconds needs folder',
  );

const target = z
  .strictObject({
    bucket: z.string().min(3).optional(),
    /** Bucket for the records of transfers and the journal, which live longer than raw files; by default the same. */
    stateBucket: z.string().min(3).optional(),
    region: z.string().optional(),
    endpoint: z.string().optional(),
    /** Profile of ~/.aws/config; else the environment, the instance's role or Roles Anywhere. */
    profile: z.string().optional(),
    kmsKey: z.string().optional(),
    tags: z.record(z.string(), z.string()).optional(),
    storageClass: z.enum(['STANDARD', 'STANDARD_IA', 'INTELLIGENT_TIERING']).optional(),
    folder: z.string().min(1).optional(),
    /** Of a folder: the lake that files are converted into as they arrive. */
    lake: z.string().optional(),
    /** Every key begins with it. */
    prefix: z
      .string()
      .regex(/^([^/]+\/)*$/, "must end with '/'")
      .default(''),
  })
  .refine(
    (given) => (given.bucket === undefined) !== (given.folder === undefined),
    'must have one of bucket, folder',
  )
  .refine((given) => given.lake === undefined || given.folder !== undefined, 'lake needs folder');

const upload = z.strictObject({
  partMiB: z.int().min(5).max(512).default(8),
  /** Parts in memory at once, over all files. */
  partsAtOnce: z.int().min(1).max(64).default(4),
  filesAtOnce: z.int().min(1).max(64).default(2),
  /** Hours with a limit of their own; 0 sends nothing. The first that fits counts; outside of all there is no limit. */
  limits: z
    .array(z.strictObject({ from: time, to: time, megabytesPerSecond: z.number().min(0) }))
    .default([]),
});

const service = z.strictObject({
  /** Port of the loopback interface for /health and /metrics. */
  port: z.int().min(0).max(65_535).optional(),
  /** An alarm if no file of the day has been seen by then. */
  nothingBy: time.optional(),
  /** An alarm if what is left is estimated to arrive later. */
  deadline: time.optional(),
  /** Topic of Amazon SNS for alarms. */
  topicArn: z.string().optional(),
  /** Stage that CloudWatch metrics are sent under. */
  cloudWatchStage: z.string().optional(),
});

export const settingsSchema = z.strictObject({
  $schema: z.string().optional(),
  /** Connectors of one name share their work. */
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and -')
    .default('connector'),
  timeZone: z
    .string()
    .refine(isTimeZone, 'must be a time zone such as America/Sao_Paulo')
    .default('America/Sao_Paulo'),
  sources: z.array(source).min(1),
  files: z.array(files).min(1),
  target,
  scanSeconds: z.number().min(1).default(300),
  /** Looks again at once if the file system tells of changes. */
  notify: z.boolean().default(true),
  upload: upload.prefault({}),
  /** Folder for the journal and for looks between runs. */
  stateFolder: z.string().min(1),
  /** After so long without a sign of life, another connector takes a file over. */
  leaseSeconds: z.number().min(1).default(120),
  service: service.prefault({}),
});

export type Settings = z.infer<typeof settingsSchema>;
export type FileRule = Settings['files'][number];
export type FinishedRule = FileRule['finished'];
export type SourceSettings = Settings['sources'][number];
export type RateLimit = Settings['upload']['limits'][number];

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
