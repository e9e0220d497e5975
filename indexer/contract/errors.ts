/** What a client gets instead of an answer; quaylog-error.ts has the codes. */
import { Type, type Static } from 'typebox';

/** `position`: zero-based offset into `q`, for queries. */
export const ErrorBody = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    hint: Type.Optional(Type.String()),
    position: Type.Optional(Type.Integer()),
  }),
});
export type ErrorBody = Static<typeof ErrorBody>;
