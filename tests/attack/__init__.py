"""The API attacked from outside, over HTTP, as somebody who has only its schema would."""
