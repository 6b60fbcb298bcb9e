#!/bin/sh
# The documents' name for `manage.py train_local` with their shop; options are passed on.
set -eu
cd "$(dirname "$0")/.."
echo "Entrenando el modelo local de la tienda"
.venv/bin/python manage.py train_local --domain tienda "$@"
echo "Terminado"
