import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_keeping_replies_and_sampling'),
        ('finetune', '0004_tombstones'),
    ]

    operations = [
        migrations.CreateModel(
            name='Evaluating',
            fields=[
                ('state', models.CharField(choices=[('waiting', 'En espera'), ('done', 'Hecho'), ('dead', 'Abandonado')], default='waiting', max_length=10, verbose_name='estado')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='intentos')),
                ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='tomado hasta')),
                ('next_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='no antes de')),
                ('error', models.CharField(blank=True, max_length=300, verbose_name='último error')),
                ('evaluation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='work', serialize=False, to='finetune.evaluation', verbose_name='evaluación')),
            ],
            options={
                'verbose_name': 'evaluación por hacer',
                'verbose_name_plural': 'evaluaciones por hacer',
            },
        ),
        migrations.CreateModel(
            name='FileRemoval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'En espera'), ('done', 'Hecho'), ('dead', 'Abandonado')], default='waiting', max_length=10, verbose_name='estado')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='intentos')),
                ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='tomado hasta')),
                ('next_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='no antes de')),
                ('error', models.CharField(blank=True, max_length=300, verbose_name='último error')),
                ('provider', models.CharField(max_length=40, verbose_name='proveedor')),
                ('file_id', models.CharField(max_length=200, verbose_name='archivo')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='pedido')),
            ],
            options={
                'verbose_name': 'archivo por borrar',
                'verbose_name_plural': 'archivos por borrar',
            },
        ),
        migrations.AddField(
            model_name='evaluation',
            name='finished_at',
            # Evaluations used to be written when they had ended: those that are there have.
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, null=True, verbose_name='hecha'),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='evaluation',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='empezada'),
        ),
        migrations.AddConstraint(
            model_name='evaluation',
            constraint=models.UniqueConstraint(condition=models.Q(('finished_at', None)), fields=('model',), name='evaluation_one_open_per_model'),
        ),
        migrations.AddConstraint(
            model_name='evaluationitem',
            constraint=models.UniqueConstraint(models.F('evaluation'), models.F('variant'), django.db.models.functions.text.MD5('question'), name='evaluation_answer_once'),
        ),
        migrations.AddConstraint(
            model_name='fileremoval',
            constraint=models.UniqueConstraint(fields=('provider', 'file_id'), name='file_removed_once'),
        ),
    ]
