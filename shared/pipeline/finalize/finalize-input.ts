import * as z from 'zod';
import { refusalSchema } from '../../refusal.ts';

const file = {
  dataset: z.string(),
  sourceKey: z.string(),
  ledgerKey: z.string(),
};

/**
 * The result of Split or Reconcile as the state machine passes it on. Split alone knows files without a business date, and
 * ends some of them before they have a run.
 */
export const finalizeInputSchema = z.discriminatedUnion('verdict', [
  z.object({
    verdict: z.literal('balanced'),
    ...file,
    businessDate: z.string(),
    runId: z.string(),
    planKey: z.string(),
  }),
  z.object({
    verdict: z.literal('already-loaded'),
    ...file,
    businessDate: z.string().nullable(),
    runId: z.string().exactOptional(),
  }),
  z.object({
    verdict: z.literal('refused'),
    ...file,
    businessDate: z.string().nullable(),
    runId: z.string().exactOptional(),
    refusal: refusalSchema,
  }),
]);

export type FinalizeInput = z.infer<typeof finalizeInputSchema>;
/** A file that is loaded already, in this version or with the same bytes in another one. */
export type AlreadyLoaded = Extract<FinalizeInput, { verdict: 'already-loaded' }>;
export type RefusedFile = Extract<FinalizeInput, { verdict: 'refused' }>;
