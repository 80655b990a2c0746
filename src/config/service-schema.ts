/** The shape of `tandem.yaml`: what holds for the service as a whole. The file may be absent. */
import { z } from 'zod'
import { DEFAULT_SERVICE } from './config.ts'

/** The schema of `tandem.yaml`. */
export const serviceSchema = z.strictObject({
  capacity: z.int().min(1).default(DEFAULT_SERVICE.capacity).describe(
    'Calls at once; a call beyond it is rejected before it is answered.',
  ),
}).describe('The Tandem service.')
