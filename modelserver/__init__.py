"""An OpenAI-compatible server that trains LoRA adapters and serves models on one small machine.

It stands beside the Django site and knows nothing of it: files, fine-tuning jobs, models, chat and
embeddings are offered under ``/v1`` in OpenAI's wire format, so the ``openai`` client (or any
other) is all a user needs. State is plain files under one folder; there is no database.

``bases`` says which models can be served and trained; ``runner`` trains them one at a time in a
process of their own (``training``); ``serving`` answers chats through llama.cpp, again in processes
of their own; ``embeddings`` does the same with multilingual-e5-small.

Beyond OpenAI's format there is little:

* a job's ``metadata`` may hold ``max_steps`` and the adapter's shape (``lora_options``);
* a job that is paused has the statuses ``pausing``, ``paused`` and ``resuming``: OpenAI's client
  has the calls for it but no type for these words, so a strict one refuses to read them;
* a model says its ``kind``, ``base``, and whether it is ``trainable`` or for ``demonstration``;
* ``/v1/local/models/{name}/package`` gives a tuned model as files for other programs, checked word
  for word (``package_routes``).
"""
