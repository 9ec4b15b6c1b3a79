import { SignUpRequestSchema } from "@ticketing/proto/auth/v1/auth_service";
import { useState } from "react";
import { Button } from "../design/button.tsx";
import { Field } from "../design/field.tsx";
import { Form } from "../form/form.tsx";
import { limitsOf } from "../form/limits.ts";
import { useMessageForm } from "../form/use-message-form.ts";
import { signUp } from "../session/session.ts";
import { accountTexts as texts } from "./texts.ts";

/** The form for a new account. */
export function SignUpForm({ onDone }: { onDone: () => void }) {
  const [displayName, setDisplayName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const form = useMessageForm({
    schema: SignUpRequestSchema,
    message: { displayName: displayName.trim(), email: email.trim(), password },
    async send(message) {
      await signUp(message);
      onDone();
    },
    words: texts.words,
  });
  return (
    <Form form={form} label={texts.signUp}>
      <Field
        label={texts.displayName}
        hint={texts.displayNameHint}
        name="displayName"
        autoComplete="name"
        value={displayName}
        error={form.errorOf("displayName")}
        onChange={(event) => setDisplayName(event.target.value)}
      />
      <Field
        label={texts.email}
        type="email"
        name="email"
        autoComplete="username"
        value={email}
        error={form.errorOf("email")}
        onChange={(event) => setEmail(event.target.value)}
      />
      <Field
        label={texts.password}
        hint={texts.passwordHint(limitsOf(SignUpRequestSchema.field.password))}
        type="password"
        name="password"
        autoComplete="new-password"
        value={password}
        error={form.errorOf("password")}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Button type="submit" wide pending={form.pending}>
        {texts.signUp}
      </Button>
    </Form>
  );
}
